import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CacheService } from './cache.service';
import { runInSlices } from './memory/slices';
import { CacheWarming } from './warm/cache.warming';

const PURGE_EVERY_MS = 30_000;
const REMEMBER_EVERY_MS = 60_000;

/** What the cache does on a schedule (of ScheduleModule). */
@Injectable()
export class CacheUpkeep {
  private purging = false;

  constructor(
    private readonly cache: CacheService,
    private readonly warming: CacheWarming,
  ) {}

  /** Removes expired entries, which otherwise go when they are asked for or pushed out; answers how many. */
  @Interval('cache-purge', PURGE_EVERY_MS)
  async purge(): Promise<number> {
    if (this.purging) return 0;
    this.purging = true;
    try {
      return await runInSlices(this.cache.core.registry.purge());
    } finally {
      this.purging = false;
    }
  }

  @Interval('cache-hot-keys', REMEMBER_EVERY_MS)
  async rememberHottest(): Promise<void> {
    await this.warming.rememberHottest();
    this.cache.core.hotKeys.age();
  }
}
