import type { Redis } from 'ioredis';
import { withDeadline } from '../common/deadline';
import { LuaScript } from '../pools/redis/lua-script';
import type { WindowCount, WindowStore } from './window-store';

/** Counts and, for the first hit of a window (or a key that lost its expiry), begins the window: one round trip. */
const HIT = new LuaScript(`local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return { count, left }`);

/** Windows that all copies of the service share. Rejects when Redis does not answer within `timeoutMs`. */
export class RedisWindowStore implements WindowStore {
  constructor(
    private readonly redis: () => Redis,
    private readonly prefix: string,
    private readonly timeoutMs: number,
  ) {}

  async hit(key: string, windowMs: number): Promise<WindowCount> {
    const [count, resetMs] = await this.inTime(() => this.runHit(this.prefix + key, windowMs));
    return { count, resetMs };
  }

  private async runHit(key: string, windowMs: number): Promise<[number, number]> {
    return (await HIT.run(this.redis(), [key], [windowMs])) as [number, number];
  }

  /** ioredis may keep a command for as long as it reconnects; a request does not wait for that. */
  private inTime<T>(ask: () => Promise<T>): Promise<T> {
    return withDeadline(ask, this.timeoutMs, () => new Error(`Redis did not count within ${this.timeoutMs} ms`));
  }
}
