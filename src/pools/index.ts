// What another application imports as `performance-gateway/pools`.
export { BREAKER_STATES, type BreakerState } from './breaker';
export type { AcquireOptions } from './lease-pool.options';
export {
  type EndpointStats,
  type Pool,
  POOL_STATES,
  type PoolCounts,
  type PoolHealth,
  type PoolKind,
  type PoolLimits,
  type PoolState,
  type PoolStats,
} from './pool';
export {
  poolBreakerChanges,
  type PoolBreakerChange,
  poolConnectionChanges,
  type PoolConnectionChange,
  poolLeaks,
  type PoolLeak,
  poolRefusals,
  type PoolRefusal,
  poolSlowQueries,
  type PoolSlowQuery,
  poolStateChanges,
  type PoolStateChange,
} from './pool-channels';
export { CLOSE_REASONS, type CloseReason, REJECT_REASONS, type RejectReason } from './pool-counters';
export {
  poolAcquires,
  poolCalls,
  poolCommands,
  type PoolOperation,
  type PoolOperationKind,
  poolQueries,
  poolRequests,
} from './pool-tracing';
export type { CallablePool } from './callable-pool';
export { InjectPool, poolToken } from './inject-pool.decorator';
export { PoolRegistry } from './pool-registry';
export {
  LeaseReleasedError,
  PoolAcquireTimeoutError,
  PoolBreakerOpenError,
  PoolClosedError,
  PoolCredentialsError,
  PoolLimitsError,
  PoolNotConfiguredError,
  type PoolOccupancy,
  PoolQueueFullError,
  PoolsOptionsError,
  PoolUnknownError,
  PoolWithoutStatementsError,
} from './pools.errors';
export type { PoolsModuleOptions } from './pools.options';
export { PoolsModule } from './pools.module';
export { Pools } from './pools.service';
export type { TlsOptions } from './tls.options';
export type { Credentials, CredentialsFunction } from './credentials.options';
export * from './http/http.errors';
export type { HttpBreakerOptions, HttpBreakerSetting } from './http/http-breaker.options';
export type { HttpMethod, HttpRequestOptions, HttpStreamOptions } from './http/http.options';
export type { BodyStream } from './http/outgoing-body';
export type { Upstream, Upstreams } from './http/upstreams-setting';
export { HttpPool } from './http/http-pool';
export type { HttpResponse } from './http/http-response';
export type { HttpResponseStream } from './http/http-response-stream';
export * from './postgres/embedded/embedded-postgres.errors';
export {
  PostgresConnectionLostError,
  PostgresCursorOpenError,
  PostgresQueryTimeoutError,
  PostgresRolledBackError,
  PostgresSessionStatementError,
  PostgresTransactionControlError,
  PostgresUnawaitedError,
  PostgresUsageError,
  sqlState,
} from './postgres/postgres.errors';
export { PostgresLease, type PostgresClient, type QueryOptions } from './postgres/postgres-lease';
export type {
  ListenGap,
  ListenOptions,
  OnMessage,
  PostgresMessage,
  PostgresSubscription,
} from './postgres/listen.options';
export { type PoolStreamOptions, PostgresPool } from './postgres/postgres-pool';
export type { RowStream, StreamOptions } from './postgres/row-stream';
export type { PoolQueryOptions } from './postgres/postgres-statements';
export type { SqlTags, SqlTagsFunction } from './postgres/sql-comment';
export type { StatementsStats, StatementStats } from './postgres/statement-figures';
export { type TenantFigures, TenantPools, type TenantUseOptions } from './postgres/tenant-pools';
export type { TenantOptionsFunction } from './pools-settings';
export { Transactional, type TransactionalOptions } from './postgres/transactional.decorator';
export type { TransactionOptions } from './postgres/transaction.options';
export type { QdrantUseOptions } from './qdrant/qdrant.options';
export { QdrantPool } from './qdrant/qdrant-pool';
export * from './redis/redis.errors';
export type { RedisLease } from './redis/redis-lease';
export { RedisPool } from './redis/redis-pool';
