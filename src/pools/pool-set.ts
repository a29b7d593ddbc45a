import { Clock } from '../common/clock';
import { HttpPool } from './http/http-pool';
import { requirePackages } from '../common/optional-package';
import type { Pool } from './pool';
import { PoolRegistry } from './pool-registry';
import { POOL_SET } from './pool-set-token';
import { POOLS_OPTIONS } from './pools.module-definition';
import type { PoolsOptions } from './pools.options';
import type { PoolsOfKind } from './pools-of-kind';
import type { PostgresPool } from './postgres/postgres-pool';
import { TenantPools } from './postgres/tenant-pools';
import type { PostgresServerSource } from './postgres/postgres-server-source';
import { postgresPools, postgresServer } from './postgres/postgres-provider';
import type { QdrantPool } from './qdrant/qdrant-pool';
import { qdrantPools } from './qdrant/qdrant-provider';
import type { RedisPool } from './redis/redis-pool';
import { redisPools } from './redis/redis-provider';

/** All pools that the options name, by kind. */
export class PoolSet {
  /** Of the pool of PostgreSQL without a name of its own; undefined where it is not configured. */
  readonly postgresServer: PostgresServerSource | undefined;
  readonly postgres: PoolsOfKind<PostgresPool>;
  readonly tenants: TenantPools;
  readonly redis: PoolsOfKind<RedisPool>;
  readonly http: HttpPool;
  readonly qdrant: PoolsOfKind<QdrantPool>;

  constructor(options: PoolsOptions, clock: Clock) {
    requirePoolPackages(options);
    const { http, acquireTimeoutMs, maxWaiting } = options;
    this.postgresServer = postgresServer(options);
    this.postgres = postgresPools(options, this.postgresServer, clock);
    this.tenants = new TenantPools(options, clock);
    this.redis = redisPools(options, clock);
    this.http = new HttpPool({ ...http, acquireTimeoutMs, maxWaiting }, clock);
    this.qdrant = qdrantPools(options, clock);
  }

  /** First those without a name of their own, in the order in which they are told of everywhere. */
  all(): Pool[] {
    const { postgres, tenants, redis, http, qdrant } = this;
    const named: Pool[] = [
      ...postgres.named,
      ...redis.named,
      ...qdrant.named,
      ...(tenants.configured ? [tenants] : []),
    ];
    return [postgres.main, redis.main, http, qdrant.main, ...named];
  }
}

const hasServer = (kind: { readonly url?: string | undefined; readonly named: object }) =>
  kind.url !== undefined || Object.keys(kind.named).length > 0;

/** @throws ModuleImportError where the package of a pool that has a server is not installed */
function requirePoolPackages({ postgres, redis, http, qdrant }: PoolsOptions): void {
  const { embeddedDataDir, tenants } = postgres;
  requirePackages('PoolsModule.forRoot()', [
    ...(hasServer(postgres) || embeddedDataDir !== undefined || tenants.options !== undefined ? ['pg'] : []),
    ...(hasServer(redis) ? ['ioredis'] : []),
    ...(hasServer(qdrant) ? ['@qdrant/js-client-rest'] : []),
    ...(hasServer(qdrant) || Object.keys(http.upstreams).length > 0 ? ['undici'] : []),
  ]);
}

export const poolSetProviders = [
  {
    provide: POOL_SET,
    inject: [POOLS_OPTIONS, Clock],
    useFactory: (options: PoolsOptions, clock: Clock) => new PoolSet(options, clock),
  },
  { provide: PoolRegistry, inject: [POOL_SET], useFactory: (set: PoolSet) => new PoolRegistry(set.all()) },
];
