/** By how much a check may be late before it is the process that stood still, and how often a deadline is put off. */
const LATE_MS = 10;
const MAX_POSTPONED = 3;

export interface Watched {
  /** When the deadline is over, on the scale of `performance.now()`. The watch puts it off where the process stood still. */
  until: number;
  /** How often it was put off, counted by the watch. */
  postponed: number;
  /** Called once the deadline is over; has to remove itself from the watch. */
  onTimeout(): void;
  /** Its index in the watch's list, set by the watch. */
  at: number;
}

/**
 * The deadlines of commands under way, with a single timer for the earliest one: a timer per command, or one that ticks
 * every few milliseconds, would be a tenth of the cost of a hit in Redis. While this process stands still (a long task, no
 * processor) it neither sends nor reads: where a check comes late, the deadlines it finds over are put off by as much.
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
    const lateMs = now - this.nextCheckAt;
    for (const one of this.watched.filter(({ until }) => until <= now)) {
      if (lateMs > LATE_MS && one.postponed++ < MAX_POSTPONED) one.until = now + lateMs;
      else one.onTimeout();
    }
    this.nextCheckAt = Number.POSITIVE_INFINITY;
    const next = this.watched.reduce((earliest, { until }) => Math.min(earliest, until), this.nextCheckAt);
    if (next < this.nextCheckAt) this.checkAt(next);
  }
}
