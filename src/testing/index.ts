// What another application imports in its tests as `performance-gateway/testing`.
export { inMemoryCache, type InMemoryCacheOptions } from './in-memory-cache';
export { inMemoryPools, type InMemoryPoolsOptions, type InMemoryResponse } from './in-memory-pools';
export { ManualClock } from './manual-clock';
