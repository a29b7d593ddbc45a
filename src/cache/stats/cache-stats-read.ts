import type { LatencySummary, ReadonlyLatencyHistogram } from '../../common/latency-histogram';
import type { CacheCore } from '../cache-core';
import type { MemorySegment } from '../memory/memory-segment';
import type { NamespaceState } from '../namespace/namespace-state';
import type { RedisNamespace } from '../redis/redis-namespace';
import {
  type CacheCounts,
  type CacheFigures,
  type CacheStats,
  hitRate,
  type MemoryStats,
  type NamespaceFigures,
  type RedisNamespaceFigures,
  type TierLookups,
} from './cache-stats';

/** In which form a durations' histogram goes into the figures. */
type DurationsOf<D> = (histogram: ReadonlyLatencyHistogram) => D;

const summary: DurationsOf<LatencySummary> = (histogram) => histogram.summary();
const histogramItself: DurationsOf<ReadonlyLatencyHistogram> = (histogram) => histogram;

/** All figures of a cache as of now. */
export function cacheStats(core: CacheCore): CacheStats {
  return cacheFigures(core, summary);
}

/** The same without quantiles. */
export function cacheCounts(core: CacheCore): CacheCounts {
  return cacheFigures(core, histogramItself);
}

function cacheFigures<D>({ options, registry, redis }: CacheCore, durations: DurationsOf<D>): CacheFigures<D> {
  const { memory } = registry;
  return {
    memory: { enabled: options.memory, entries: memory.entries, bytes: memory.bytes, limitBytes: memory.limitBytes },
    redis: redis && {
      breaker: redis.link.state,
      bus: redis.bus.state,
      busMessages: redis.bus.received,
      busGarbage: redis.bus.garbage,
      busLosses: redis.bus.losses,
      latency: durations(redis.latency),
      queuedRecoveries: redis.journal.size,
      missing: redis.serverCheck.lacks,
    },
    namespaces: registry.all().map((state) => namespaceFigures(state, redis?.namespace(state.name), durations)),
  };
}

function namespaceFigures<D>(
  { name, memory, counts }: NamespaceState,
  redis: RedisNamespace | undefined,
  durations: DurationsOf<D>,
): NamespaceFigures<D> {
  const { loadTime, ...numbers } = counts;
  return {
    name,
    memory: memoryStats(memory),
    redis: redis && redisFigures(redis, durations),
    ...numbers,
    loadTime: durations(loadTime),
  };
}

function memoryStats({ counts, table, bytes, learning }: MemorySegment): MemoryStats {
  const { tooLarge, removals } = counts;
  return {
    ...lookups(counts),
    entries: table.size,
    bytes,
    tooLarge,
    removals: { ...removals },
    evictionWindow: learning.window,
  };
}

function redisFigures<D>({ counts }: RedisNamespace, durations: DurationsOf<D>): RedisNamespaceFigures<D> {
  const { undecodable, refused, lockWaits, lockWaitTime, lockTimeouts } = counts;
  return { ...lookups(counts), undecodable, refused, lockWaits, lockWaitTime: durations(lockWaitTime), lockTimeouts };
}

function lookups({ hits, misses, puts }: { hits: number; misses: number; puts: number }): TierLookups {
  return { hits, misses, hitRate: hitRate(hits, misses), puts };
}
