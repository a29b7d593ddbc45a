import { Injectable, Logger, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { Interval, SchedulerRegistry } from '@nestjs/schedule';
import { CacheService, coreOf } from './cache.service';
import { runInSlices } from '../common/loop-slices';
import { CacheWarming } from './warm/cache-warming';

const PURGE_EVERY_MS = 30_000;
const REMEMBER_EVERY_MS = 60_000;

/** What the cache does on a schedule (of ScheduleModule); says at start if that will not happen. */
@Injectable()
export class CacheUpkeep implements OnApplicationBootstrap {
  private purging = false;

  constructor(
    private readonly cache: CacheService,
    private readonly warming: CacheWarming,
    @Optional() private readonly scheduler?: SchedulerRegistry,
  ) {}

  onApplicationBootstrap(): void {
    if (this.scheduler !== undefined) return;
    new Logger('Cache').warn(
      'upkeep does not run: expired entries stay until they are asked for or pushed out, and the hottest keys are ' +
        'kept only at a regular end; import ScheduleModule.forRoot() of @nestjs/schedule',
    );
  }

  /** Removes expired entries, which otherwise go when they are asked for or pushed out; answers how many. */
  @Interval('cache-purge', PURGE_EVERY_MS)
  async purge(): Promise<number> {
    if (this.purging) return 0;
    this.purging = true;
    try {
      return await runInSlices(coreOf(this.cache).registry.purge());
    } finally {
      this.purging = false;
    }
  }

  @Interval('cache-hot-keys', REMEMBER_EVERY_MS)
  async rememberHottest(): Promise<void> {
    await this.warming.rememberHottest();
    coreOf(this.cache).hotKeys.age();
  }
}
