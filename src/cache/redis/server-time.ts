import type { CacheTime } from '../cache-time';

/**
 * The clock of the Redis server as this process knows it: the one clock that all processes share. By it they tell each
 * other how long an entry is fresh, however wrong their own clocks are, and the server refuses a step that it runs after
 * the caller's deadline. It is read again every 15 s. If the server's clock is set in between, steps may be refused, or
 * accepted too late, until then, and entries live longer or shorter by as much.
 */
export class ServerTime {
  /**
   * The server's time minus the cache's time (ms) lies between these: the server read its clock somewhere between the
   * question and its answer. Undefined until the first answer.
   */
  private offset: { readonly atLeast: number; readonly atMost: number } | undefined;

  constructor(private readonly time: CacheTime) {}

  /** Takes the answer of TIME to a question sent at `sentAt` (`CacheTime.precise()`), when it has just come. */
  update([seconds, micros]: readonly number[], sentAt: number): void {
    const serverMs = Number(seconds) * 1_000 + Number(micros) / 1_000;
    this.offset = { atLeast: serverMs - this.time.precise(), atMost: serverMs - sentAt };
  }

  /** The server's time `ms` from now; '' while it is unknown. */
  deadlineIn(ms: number): number | '' {
    return this.offset === undefined ? '' : Math.ceil(this.time.precise() + this.offset.atMost + ms);
  }

  /** A time of the cache for other processes, never later than it is; by this machine's clock while the server's is unknown. */
  toShared(cacheMs: number): number {
    return cacheMs + (this.offset?.atLeast ?? this.time.wallClockOffset());
  }

  /** The same time in this cache, never later than it is. */
  fromShared(sharedMs: number): number {
    return Math.floor(sharedMs - (this.offset?.atMost ?? this.time.wallClockOffset()));
  }
}
