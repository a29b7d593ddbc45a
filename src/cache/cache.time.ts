import { type Clock, SystemClock } from '../common/clock';

const MAX_READS = 256;

/**
 * Whole milliseconds since the cache was made. The system's clock is read at most once a millisecond, or after 256
 * readings while the loop is held: a clock call would cost as much as the rest of a memory hit. Other clocks (those of
 * tests) are read every time.
 */
export class CacheTime {
  private readonly startedAt: number;
  private readonly coarse: boolean;
  private cached = 0;
  private readsLeft = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {
    this.startedAt = clock.monotonic();
    this.coarse = clock instanceof SystemClock;
  }

  now(): number {
    if (this.readsLeft > 0) {
      this.readsLeft--;
      return this.cached;
    }
    return this.read();
  }

  /** Milliseconds with fractions, for measuring durations. */
  precise(): number {
    return this.clock.monotonic() - this.startedAt;
  }

  /** The wall clock's time at `now`, for what other processes read. */
  wallAt(now: number): number {
    return this.clock.now() + (now - this.now());
  }

  /** What `wallAt` answered, possibly in another process, as a time of this one. */
  fromWall(wallMs: number): number {
    return Math.floor(wallMs - this.clock.now() + this.now());
  }

  private read(): number {
    this.cached = Math.floor(this.clock.monotonic() - this.startedAt);
    if (this.coarse) {
      this.readsLeft = MAX_READS;
      if (this.timer === undefined) this.timer = setTimeout(() => (this.readsLeft = 0), 1).unref();
      else this.timer.refresh();
    }
    return this.cached;
  }
}
