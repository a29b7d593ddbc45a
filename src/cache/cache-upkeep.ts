import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CacheService, coreOf } from './cache.service';
import { runInSlices } from '../common/loop-slices';
import { JobScheduler } from '../jobs/job-scheduler';
import { CacheWarming } from './warm/cache-warming';

const PURGE_EVERY_MS = 30_000;
const REMEMBER_EVERY_MS = 60_000;

/** What the cache does regularly, as jobs; where no jobs run it logs a warning at the start. */
@Injectable()
export class CacheUpkeep implements OnApplicationBootstrap {
  constructor(
    private readonly cache: CacheService,
    private readonly warming: CacheWarming,
    private readonly jobs: JobScheduler,
  ) {}

  onApplicationBootstrap(): void {
    if (this.jobs.isAvailable) {
      this.jobs.add({ name: 'cache-purge', everyMs: PURGE_EVERY_MS, run: () => this.purge() });
      this.jobs.add({ name: 'cache-hot-keys', everyMs: REMEMBER_EVERY_MS, run: () => this.rememberHottest() });
      return;
    }
    new Logger('Cache').warn(
      'upkeep does not run: expired entries stay until they are asked for or evicted, and the hottest keys are ' +
        'kept only at a regular end; import ScheduleModule.forRoot() of @nestjs/schedule',
    );
  }

  /** Removes expired entries, which otherwise stay until they are asked for or evicted; resolves with their number. */
  purge(): Promise<number> {
    return runInSlices(coreOf(this.cache).registry.purge());
  }

  async rememberHottest(): Promise<void> {
    await this.warming.rememberHottest();
    coreOf(this.cache).hotKeys.age();
  }
}
