import type { LatencyHistogram, LatencySummary } from '../common/latency-histogram';
import type { RemovalReason } from './memory/memory.counts';

export interface TierStats {
  readonly hits: number;
  readonly misses: number;
  /** Hits among look-ups, 0 to 1; 0 before the first. */
  readonly hitRate: number;
}

export interface MemoryStats extends TierStats {
  readonly entries: number;
  readonly bytes: number;
  readonly puts: number;
  readonly tooLarge: number;
  readonly removals: Readonly<Record<RemovalReason, number>>;
}

export interface NamespaceStats {
  readonly name: string;
  readonly memory: MemoryStats;
  readonly staleServed: number;
  readonly loads: number;
  readonly loadFailures: number;
  readonly loadTime: LatencySummary;
  readonly coalesced: number;
  readonly fenced: number;
  readonly refreshesAhead: number;
  readonly backoffs: number;
}

export interface CacheStats {
  readonly memory: {
    readonly enabled: boolean;
    readonly entries: number;
    readonly bytes: number;
    readonly limitBytes: number;
  };
  readonly namespaces: readonly NamespaceStats[];
}

/** The histograms behind the figures, for whoever exports them with buckets. */
export interface NamespaceHistograms {
  readonly name: string;
  readonly loadTime: LatencyHistogram;
}

export function hitRate(hits: number, misses: number): number {
  return hits + misses === 0 ? 0 : hits / (hits + misses);
}
