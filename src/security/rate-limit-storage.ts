import type { ThrottlerStorage } from '@nestjs/throttler';
import type { WindowStore } from './window-store';

type Record = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** A window store as @nestjs/throttler wants it (times in seconds); its own storage keeps every hit of the window. */
export class RateLimitStorage implements ThrottlerStorage {
  constructor(private readonly windows: WindowStore) {}

  async increment(key: string, ttl: number, limit: number): Promise<Record> {
    const { count, resetMs } = await this.windows.hit(key, ttl);
    const seconds = Math.ceil(resetMs / 1_000);
    return { totalHits: count, timeToExpire: seconds, isBlocked: count > limit, timeToBlockExpire: seconds };
  }
}
