import { tracingChannel } from 'node:diagnostics_channel';
import type { TracedOperation } from '../common/traced-operation';

/*
 * What the cache does beyond answering from memory, for tracers: tracing channels of `node:diagnostics_channel`, whose
 * events and contexts `traceOperation` describes. Hits in memory are not published. docs/cache.md lists the channels.
 */

/** One call of a loader. `uncached`: it returned undefined, or called `skip`. */
export interface CacheLoadOperation extends TracedOperation {
  readonly namespace: string;
  readonly key: string;
  outcome?: 'loaded' | 'uncached' | 'failed';
}
export const cacheLoads = tracingChannel<unknown, CacheLoadOperation>('performance-gateway:cache:load');

/** One look-up in Redis. `hit` also for a stale value; `unavailable`: Redis did not answer in time. */
export interface CacheRedisReadOperation extends TracedOperation {
  readonly namespace: string;
  readonly key: string;
  outcome?: 'hit' | 'miss' | 'unavailable' | 'failed';
}
export const cacheRedisReads = tracingChannel<unknown, CacheRedisReadOperation>('performance-gateway:cache:redis-read');

/**
 * How far a change has come when the operation ends: to memory where there is no Redis, to all processes, or queued until
 * Redis is back.
 */
export type ChangeOutcome = 'memory' | 'all' | 'queued' | 'failed';

/** One `set`. */
export interface CacheSetOperation extends TracedOperation {
  readonly namespace: string;
  readonly key: string;
  outcome?: ChangeOutcome;
}
export const cacheSets = tracingChannel<unknown, CacheSetOperation>('performance-gateway:cache:set');

/** One invalidation in one namespace: of these keys or tags; of everything, or of a prefix, where both are empty. */
export interface CacheInvalidationOperation extends TracedOperation {
  readonly namespace: string;
  readonly keys: readonly string[];
  readonly tags: readonly string[];
  outcome?: ChangeOutcome;
}
export const cacheInvalidations = tracingChannel<unknown, CacheInvalidationOperation>(
  'performance-gateway:cache:invalidate',
);
