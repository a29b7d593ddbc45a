import { Module } from '@nestjs/common';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { DiscoveryModule } from '@nestjs/core';
import { Pools } from '../pools/pools.service';
import { ConfigurableCacheModule } from './cache.module-definition';
import { CacheService } from './cache.service';
import { CacheUpkeep } from './cache.upkeep';
import { DecoratedProviders } from './decorators/decorated.providers';
import { CacheInspection } from './inspect/cache.inspection';
import { cacheManagerProvider } from './manager/cache-manager.provider';
import { CACHE_REDIS, type RedisPort } from './redis/redis.port';
import { CacheWarming } from './warm/cache.warming';
import { WarmerExplorer } from './warm/warmer.explorer';

@Module({
  imports: [DiscoveryModule],
  providers: [
    CacheService,
    CacheUpkeep,
    CacheWarming,
    WarmerExplorer,
    CacheInspection,
    DecoratedProviders,
    cacheManagerProvider,
    {
      provide: CACHE_REDIS,
      // Without the pools module, as in an application that uses the cache alone, there is memory only.
      inject: [{ token: Pools, optional: true }],
      useFactory: (pools?: Pools): RedisPort | undefined => (pools?.redis.configured ? pools.redis : undefined),
    },
  ],
  exports: [CacheService, CacheWarming, CacheInspection, CACHE_MANAGER],
})
export class CacheModule extends ConfigurableCacheModule {}
