// What another application imports as `performance-gateway/cache`.
export * from './cache.errors';
export type {
  CacheInvalidationOperation,
  CacheLoadOperation,
  CacheRedisReadOperation,
  CacheSetOperation,
} from './cache-channels';
export type {
  CacheDegradedEvent,
  CacheEventName,
  CacheEvents,
  CacheEvictEvent,
  CacheHitEvent,
  CacheInvalidateEvent,
  CacheLoadEvent,
  CacheMissEvent,
} from './cache-events';
export { CacheModule } from './cache.module';
export type { CacheModuleOptions } from './cache.module-definition';
export type { CacheNamespace, KeysOptions } from './cache-namespace';
export type { CacheOptions } from './options/cache.options';
export { CacheService, type NamespaceOptions } from './cache.service';
export type { RedisLack } from './redis/server-check';
export type { CacheCounts, CacheStats, NamespaceStats, TierLookups } from './stats/cache-stats';
export { Cached, type CachedCall, type CachedOptions } from './decorators/cached.decorator';
export { InvalidatesCache, type InvalidatesCacheOptions } from './decorators/invalidates-cache.decorator';
export type { CacheTierName, EntryOptions, LoadOptions, TagsOf } from './options/entry.options';
export type { Invalidated, InvalidateOptions, Invalidation, InvalidationScope } from './options/invalidation';
export { cacheKey } from './keys/cache-key';
export { CacheInterceptor } from './manager/cache.interceptor';
export type { ManyLoader } from './load/load-batch';
export type { LoadContext, Loader } from './load/loader';
export { REMOVAL_REASONS, type RemovalReason } from './memory/memory-counts';
export type { ClassInstances } from './options/class-instance-policy';
export { CacheWarmer, type CacheWarmerOptions } from './warm/cache-warmer.decorator';
export { CacheWarming } from './warm/cache-warming';
export type { WarmUp } from './warm/warm-up';
export type { WarmerState } from './warm/warmer-run';
