export interface Watched {
  /** When it is too late, as `performance.now()` has it. */
  readonly until: number;
  /** Has to remove itself from the watch. */
  readonly tooLate: () => void;
  /** Its place among the watched, kept by the watch. */
  at: number;
}

/**
 * The deadlines of commands under way, with one timer for the earliest: a timer for each, or one that looks every few
 * milliseconds, would be a tenth of what a hit in Redis costs.
 */
export class DeadlineWatch {
  private readonly watched: Watched[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looksAt = Number.POSITIVE_INFINITY;

  add(watched: Watched): void {
    watched.at = this.watched.push(watched) - 1;
    if (watched.until < this.looksAt) this.lookAt(watched.until);
  }

  /** Call it exactly once for what was added. */
  remove(watched: Watched): void {
    const last = this.watched.pop();
    if (last === undefined || last === watched) return;
    this.watched[watched.at] = last;
    last.at = watched.at;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private lookAt(until: number): void {
    this.looksAt = until;
    clearTimeout(this.timer);
    // What came while the loop was held is read between a timer and the immediate it sets: that is no answer too late.
    const look = (): unknown => setImmediate(() => this.look());
    this.timer = setTimeout(look, Math.max(1, Math.ceil(until - performance.now()))).unref();
  }

  private look(): void {
    const now = performance.now();
    for (const one of this.watched.filter(({ until }) => until <= now)) one.tooLate();
    this.looksAt = Number.POSITIVE_INFINITY;
    const next = this.watched.reduce((earliest, { until }) => Math.min(earliest, until), this.looksAt);
    if (next < this.looksAt) this.lookAt(next);
  }
}
