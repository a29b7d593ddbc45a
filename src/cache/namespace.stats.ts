import { hitRate, type NamespaceStats } from './cache.stats';
import type { NamespaceState } from './namespace.state';

/** One namespace's figures as of now. */
export function namespaceStats({ name, memory, counts }: NamespaceState): NamespaceStats {
  const { hits, misses, puts, tooLarge, removals } = memory.counts;
  return {
    name,
    memory: {
      hits,
      misses,
      hitRate: hitRate(hits, misses),
      entries: memory.table.size,
      bytes: memory.bytes,
      puts,
      tooLarge,
      removals: { ...removals },
    },
    staleServed: counts.staleServed,
    loads: counts.loads,
    loadFailures: counts.loadFailures,
    loadTime: counts.loadTime.summary(),
    coalesced: counts.coalesced,
    fenced: counts.fenced,
    refreshesAhead: counts.refreshesAhead,
    backoffs: counts.backoffs,
  };
}
