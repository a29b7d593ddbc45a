import { type Clock, SystemClock } from '../common/clock';

const UNREAD = -1;

/**
 * Whole milliseconds since the cache was made. The system's clock is read at most once a millisecond, and stands still
 * while the loop is held: a clock call would cost as much as the rest of a memory hit (lru-cache does the same). Other
 * clocks (those of tests) are read every time.
 */
export class CacheTime {
  private readonly startedAt: number;
  private readonly coarse: boolean;
  private cached = UNREAD;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {
    this.startedAt = clock.monotonic();
    this.coarse = clock instanceof SystemClock;
  }

  now(): number {
    const { cached } = this;
    return cached === UNREAD ? this.read() : cached;
  }

  /** Milliseconds with fractions, for measuring durations. */
  precise(): number {
    return this.clock.monotonic() - this.startedAt;
  }

  /** The wall clock's time at `now`, for what other processes read. */
  wallAt(now: number): number {
    return this.clock.now() + (now - this.now());
  }

  /** How far the wall clock is ahead of `now`: taken off what `wallAt` answered in another process, it is a time of this one. */
  wallAhead(): number {
    return this.clock.now() - this.now();
  }

  private read(): number {
    const now = Math.floor(this.clock.monotonic() - this.startedAt);
    if (this.coarse) {
      this.cached = now;
      if (this.timer === undefined) this.timer = setTimeout(() => (this.cached = UNREAD), 1).unref();
      else this.timer.refresh();
    }
    return now;
  }
}
