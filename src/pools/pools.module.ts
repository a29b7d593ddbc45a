import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { HttpPool } from './http/http-pool';
import { httpPoolProvider } from './http/http-provider';
import type { Pool } from './pool';
import { PoolRegistry } from './pool-registry';
import { PoolsEventLog } from './pools-event-log';
import { PoolsLifecycle } from './pools-lifecycle';
import { ConfigurablePoolsModule, poolsOptionsProviders } from './pools.module-definition';
import { Pools } from './pools.service';
import { PostgresPool } from './postgres/postgres-pool';
import { postgresPoolProvider } from './postgres/postgres-provider';
import { QdrantPool } from './qdrant/qdrant-pool';
import { qdrantPoolProvider } from './qdrant/qdrant-provider';
import { RedisPool } from './redis/redis-pool';
import { redisPoolProvider } from './redis/redis-provider';

/** The four pools, the registry that lists them, and their life from start to drain. */
@Module({
  imports: [CommonModule],
  providers: [
    ...poolsOptionsProviders,
    postgresPoolProvider,
    redisPoolProvider,
    httpPoolProvider,
    qdrantPoolProvider,
    {
      provide: PoolRegistry,
      inject: [PostgresPool, RedisPool, HttpPool, QdrantPool],
      useFactory: (...pools: Pool[]) => new PoolRegistry(pools),
    },
    Pools,
    PoolsLifecycle,
    PoolsEventLog,
  ],
  exports: [Pools, PoolRegistry],
})
export class PoolsModule extends ConfigurablePoolsModule {}
