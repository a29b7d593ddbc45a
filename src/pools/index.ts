// What another application imports as `performance-gateway/pools`; inside the project files are imported themselves.
export type { EndpointStats, Pool, PoolHealth, PoolKind, PoolLimits, PoolState, PoolStats } from './pool';
export { poolConnectionChanges, poolRefusals } from './pool.channels';
export { PoolRegistry } from './pool.registry';
export * from './pools.errors';
export { type PoolsModuleOptions } from './pools.module-definition';
export { PoolsModule } from './pools.module';
export { Pools } from './pools.service';
export type { HttpRequestOptions } from './http/http.options';
export { HttpPool } from './http/http.pool';
export * from './postgres/postgres.errors';
export { PostgresLease, type PostgresClient, type QueryOptions } from './postgres/postgres.lease';
export { PostgresPool } from './postgres/postgres.pool';
export type { PoolQueryOptions } from './postgres/postgres.statements';
export type { TransactionOptions } from './postgres/postgres.transaction';
export * from './redis/redis.errors';
export { RedisPool } from './redis/redis.pool';
