export interface Watched {
  /** When the deadline is over, on the scale of `performance.now()`. */
  readonly until: number;
  /** Called once the deadline is over; has to remove itself from the watch. */
  readonly onTimeout: () => void;
  /** Its index in the watch's list, set by the watch. */
  at: number;
}

/**
 * The deadlines of commands under way, with a single timer for the earliest one: a timer per command, or one that ticks
 * every few milliseconds, would be a tenth of the cost of a hit in Redis.
 */
export class DeadlineWatch {
  private readonly watched: Watched[] = [];
  private timer: NodeJS.Timeout | undefined;
  private nextCheckAt = Number.POSITIVE_INFINITY;

  add(watched: Watched): void {
    watched.at = this.watched.push(watched) - 1;
    if (watched.until < this.nextCheckAt) this.checkAt(watched.until);
  }

  /** Has to be called exactly once for everything that was added. */
  remove(watched: Watched): void {
    const last = this.watched.pop();
    if (last === undefined || last === watched) return;
    this.watched[watched.at] = last;
    last.at = watched.at;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private checkAt(until: number): void {
    this.nextCheckAt = until;
    clearTimeout(this.timer);
    // An answer that already lies in the socket is in time. The loop reads sockets between a timer and its immediate.
    const checkAfterReads = (): unknown => setImmediate(() => this.check());
    this.timer = setTimeout(checkAfterReads, Math.max(1, Math.ceil(until - performance.now()))).unref();
  }

  private check(): void {
    const now = performance.now();
    for (const one of this.watched.filter(({ until }) => until <= now)) one.onTimeout();
    this.nextCheckAt = Number.POSITIVE_INFINITY;
    const next = this.watched.reduce((earliest, { until }) => Math.min(earliest, until), this.nextCheckAt);
    if (next < this.nextCheckAt) this.checkAt(next);
  }
}
