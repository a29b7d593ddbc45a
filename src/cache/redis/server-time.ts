import type { CacheTime } from '../cache-time';

/**
 * The time of the Redis server, as far as this process knows it: so that the server can tell what it runs too late. It is
 * asked for again now and then; a clock that was set meanwhile lets something through, or refuses it until then.
 */
export class ServerTime {
  /** How far the server's clock is ahead of the cache's time, in ms, at most: as if the answer had taken no time. */
  private ahead: number | undefined;

  constructor(private readonly time: CacheTime) {}

  /** Takes the answer of TIME to a question sent at `sentAt` (precise ms of the cache's time). */
  learn([seconds, micros]: readonly number[], sentAt: number): void {
    this.ahead = Number(seconds) * 1_000 + Number(micros) / 1_000 - sentAt;
  }

  /** The server's time in `ms` from now; '' while it is unknown. */
  in(ms: number): number | '' {
    return this.ahead === undefined ? '' : Math.ceil(this.time.precise() + this.ahead + ms);
  }
}
