import type { CacheCore } from '../cache-core';
import {
  type CacheHistograms,
  type CacheStats,
  hitRate,
  type MemoryStats,
  type NamespaceStats,
  type RedisNamespaceStats,
  type TierLookups,
} from './cache-stats';
import type { MemorySegment } from '../memory/memory-segment';
import type { NamespaceState } from '../namespace/namespace-state';
import type { RedisNamespace } from '../redis/redis-namespace';

/** All figures of a cache as of now. */
export function cacheStats({ options, registry, redis }: CacheCore): CacheStats {
  const { memory } = registry;
  return {
    memory: { enabled: options.memory, entries: memory.entries, bytes: memory.bytes, limitBytes: memory.limitBytes },
    redis: redis && {
      breaker: redis.reach.state,
      bus: redis.bus.state,
      busMessages: redis.bus.received,
      busGarbage: redis.bus.garbage,
      busLosses: redis.bus.losses,
      latency: redis.latency.summary(),
      queuedRecoveries: redis.journal.size,
    },
    namespaces: registry.all().map((state) => namespaceStats(state, redis?.namespace(state.name))),
  };
}

export function cacheHistograms({ registry, redis }: CacheCore): CacheHistograms {
  return {
    redisLatency: redis?.latency,
    namespaces: registry.all().map(({ name, counts }) => ({
      name,
      loadTime: counts.loadTime,
      lockWaitTime: redis?.namespace(name).counts.lockWaitTime,
    })),
  };
}

function namespaceStats({ name, memory, counts }: NamespaceState, redis: RedisNamespace | undefined): NamespaceStats {
  const { loadTime, ...numbers } = counts;
  return {
    name,
    memory: memoryStats(memory),
    redis: redis && redisStats(redis),
    ...numbers,
    loadTime: loadTime.summary(),
  };
}

function memoryStats({ counts, table, bytes }: MemorySegment): MemoryStats {
  const { tooLarge, removals } = counts;
  return { ...lookups(counts), entries: table.size, bytes, tooLarge, removals: { ...removals } };
}

function redisStats({ counts }: RedisNamespace): RedisNamespaceStats {
  const { undecodable, refused, lockWaits, lockWaitTime } = counts;
  return { ...lookups(counts), undecodable, refused, lockWaits, lockWaitTime: lockWaitTime.summary() };
}

function lookups({ hits, misses, puts }: { hits: number; misses: number; puts: number }): TierLookups {
  return { hits, misses, hitRate: hitRate(hits, misses), puts };
}
