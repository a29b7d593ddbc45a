import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { CommonModule } from '../common/common.module';
import { JobsModule } from '../jobs/jobs.module';
import { Pools } from '../pools/pools.service';
import { CacheOptionError } from './cache.errors';
import { CACHE_OPTIONS, ConfigurableCacheModule, type CacheModuleOptions } from './cache.module-definition';
import { CacheService } from './cache.service';
import { CacheUpkeep } from './cache-upkeep';
import { DecoratedProviders } from './decorators/decorated-providers';
import { CacheInspection } from './inspect/cache-inspection';
import { cacheManagerPackages } from './manager/cache-manager-packages';
import { cacheManagerProviders } from './manager/cache-manager-provider';
import { CACHE_REDIS, type RedisPort } from './tiers/redis-port';
import { CacheWarming } from './warm/cache-warming';
import { WarmerExplorer } from './warm/warmer-explorer';

function refuseWithoutOptions(): never {
  throw new CacheOptionError(
    'CacheModule is imported without forRoot(); import CacheModule.forRoot() once, every module has its cache',
  );
}

/** The cache. It works alone; if they are imported, ScheduleModule runs its upkeep and PoolsModule gives it Redis. */
@Module({
  imports: [CommonModule, JobsModule, DiscoveryModule],
  providers: [
    CacheService,
    CacheUpkeep,
    CacheWarming,
    WarmerExplorer,
    CacheInspection,
    DecoratedProviders,
    ...cacheManagerProviders,
    // Used if neither forRoot() nor forRootAsync() has provided options.
    { provide: CACHE_OPTIONS, useFactory: refuseWithoutOptions },
    {
      provide: CACHE_REDIS,
      // Without the pools module, as in an application that uses the cache alone, there is memory only.
      inject: [{ token: Pools, optional: true }],
      useFactory: (pools?: Pools): RedisPort | undefined => (pools?.redis.configured ? pools.redis : undefined),
    },
  ],
  exports: [CacheService, CacheWarming, CacheInspection, ...cacheManagerProviders.map(({ provide }) => provide)],
})
export class CacheModule extends ConfigurableCacheModule {
  /** Throws CacheOptionError for a second import: it would be chance which of two caches a class gets. */
  constructor(modules: ModulesContainer) {
    super();
    const imported = [...modules.values()].map(({ metatype }) => metatype as unknown);
    if (imported.filter((metatype) => metatype === CacheModule).length > 1) {
      throw new CacheOptionError('CacheModule is imported twice; import it once, every module has its cache');
    }
    if (cacheManagerPackages !== undefined && imported.includes(cacheManagerPackages.nest.CacheModule)) {
      new Logger('Cache').warn(
        'CacheModule of @nestjs/cache-manager is imported as well: which of two caches CACHE_MANAGER is depends on the module; leave it out',
      );
    }
  }

  /** All options have defaults. */
  static override forRoot(options: CacheModuleOptions = {}): DynamicModule {
    return super.forRoot(options);
  }
}
