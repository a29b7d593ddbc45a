import { Module } from '@nestjs/common';
import { Pools } from '../pools/pools.service';
import { ConfigurableCacheModule } from './cache.module-definition';
import { CacheService } from './cache.service';
import { CACHE_REDIS, type RedisPort } from './redis/redis.port';

@Module({
  providers: [
    CacheService,
    {
      provide: CACHE_REDIS,
      // Without the pools module, as in an application that uses the cache alone, there is memory only.
      inject: [{ token: Pools, optional: true }],
      useFactory: (pools?: Pools): RedisPort | undefined => (pools?.redis.configured ? pools.redis : undefined),
    },
  ],
  exports: [CacheService],
})
export class CacheModule extends ConfigurableCacheModule {}
