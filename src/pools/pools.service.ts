import { Inject, Injectable } from '@nestjs/common';
import { callablePool, type CallablePool } from './callable-pool';
import type { HttpPool } from './http/http-pool';
import type { PoolSet } from './pool-set';
import { POOL_SET } from './pool-set-token';
import type { PostgresPool } from './postgres/postgres-pool';
import type { QdrantPool } from './qdrant/qdrant-pool';
import type { TenantPools } from './postgres/tenant-pools';
import type { RedisPool } from './redis/redis-pool';

/**
 * The managed pools, to be injected wherever one is used. Each kind is a pool itself, and called with a name it gives
 * another one: `pools.postgres('reports')` throws PoolUnknownError where the options name none.
 */
@Injectable()
export class Pools {
  readonly postgres: CallablePool<PostgresPool>;
  /** A pool of PostgreSQL for each tenant, by `postgres.tenants` of the options. */
  readonly tenants: TenantPools;
  readonly redis: CallablePool<RedisPool>;
  readonly http: HttpPool;
  readonly qdrant: CallablePool<QdrantPool>;

  constructor(@Inject(POOL_SET) { postgres, tenants, redis, http, qdrant }: PoolSet) {
    this.postgres = callablePool(postgres.main, (name) => postgres.get(name));
    this.tenants = tenants;
    this.redis = callablePool(redis.main, (name) => redis.get(name));
    this.http = http;
    this.qdrant = callablePool(qdrant.main, (name) => qdrant.get(name));
  }
}
