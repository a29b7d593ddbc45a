import { type Clock, SystemClock } from '../common/clock';

const UNREAD = -1;
/** From so many reads in one millisecond on, a timer costs less than reading on. */
const MANY_READS = 200;

/**
 * Whole milliseconds since the cache was made. Where many ask in one millisecond, the system's clock is not read again
 * before the next, and stands still while the loop is held: a clock call would cost as much as the rest of a memory hit
 * (lru-cache does the same, but with a timer in every millisecond, which costs those who ask seldom as much as a dozen
 * reads of the clock). Other clocks (those of tests) are read every time.
 */
export class CacheTime {
  private readonly startedAt: number;
  private readonly coarse: boolean;
  private cached = UNREAD;
  private lastRead = UNREAD;
  private reads = 0;
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
    if (now !== this.lastRead) {
      this.lastRead = now;
      this.reads = 0;
    } else if (this.coarse && ++this.reads > MANY_READS) this.hold(now);
    return now;
  }

  private hold(now: number): void {
    this.cached = now;
    if (this.timer === undefined) this.timer = setTimeout(() => (this.cached = UNREAD), 1).unref();
    else this.timer.refresh();
  }
}
