import { type Clock, SystemClock } from '../common/clock';

const UNREAD = -1;
/** From this many reads in one millisecond on, a timer costs less than further reads. */
const MANY_READS = 200;

/**
 * Whole milliseconds since the cache was made. After many reads in one millisecond the value is kept until the next one,
 * because reading the system's clock costs as much as the rest of a memory hit. It stands still while the event loop is
 * held. (lru-cache does the same with a timer in every millisecond, which costs as much as a dozen reads where there are
 * few.) Other clocks, such as those of tests, are read every time.
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

  /** Wall-clock time minus the cache's time. */
  wallClockOffset(): number {
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
