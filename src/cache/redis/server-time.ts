import type { CacheTime } from '../cache-time';

/**
 * The clock of the Redis server as this process knows it, so that the server itself can refuse a step that it runs after
 * the caller's deadline. It is read again every 15 s. If the server's clock is set in between, steps may be refused, or
 * accepted too late, until then.
 */
export class ServerTime {
  /**
   * The server's time minus the cache's time, in ms. The time that the answer of TIME took is not subtracted, so this is
   * the largest value it can have.
   */
  private offsetMs: number | undefined;

  constructor(private readonly time: CacheTime) {}

  /** Takes the answer of TIME to a question sent at `sentAt` (`CacheTime.precise()`). */
  update([seconds, micros]: readonly number[], sentAt: number): void {
    this.offsetMs = Number(seconds) * 1_000 + Number(micros) / 1_000 - sentAt;
  }

  /** The server's time `ms` from now; '' while it is unknown. */
  deadlineIn(ms: number): number | '' {
    return this.offsetMs === undefined ? '' : Math.ceil(this.time.precise() + this.offsetMs + ms);
  }
}
