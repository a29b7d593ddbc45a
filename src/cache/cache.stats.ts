import type { LatencyHistogram, LatencySummary } from '../common/latency-histogram';
import type { RemovalReason } from './memory/memory.counts';
import type { BusState } from './redis/invalidation.bus';

export interface TierLookups {
  readonly hits: number;
  readonly misses: number;
  /** Hits among look-ups, 0 to 1; 0 before the first. */
  readonly hitRate: number;
  readonly puts: number;
}

export interface MemoryStats extends TierLookups {
  readonly entries: number;
  readonly bytes: number;
  /** Entries refused because they alone take more than a tenth of the limit. */
  readonly tooLarge: number;
  readonly removals: Readonly<Record<RemovalReason, number>>;
}

export interface RedisNamespaceStats extends TierLookups {
  readonly undecodable: number;
  readonly refused: number;
  readonly lockWaits: number;
  readonly lockWaitTime: LatencySummary;
}

export interface NamespaceStats {
  readonly name: string;
  readonly memory: MemoryStats;
  /** Undefined where there is no Redis tier. */
  readonly redis: RedisNamespaceStats | undefined;
  readonly staleServed: number;
  readonly loads: number;
  readonly loadFailures: number;
  readonly loadTime: LatencySummary;
  readonly coalesced: number;
  readonly fenced: number;
  readonly refreshesAhead: number;
  readonly backoffs: number;
}

export interface RedisTierStats {
  readonly breaker: 'closed' | 'open' | 'half-open';
  readonly bus: BusState;
  readonly busMessages: number;
  readonly busGarbage: number;
  /** How often the subscription was lost. */
  readonly busLosses: number;
  readonly latency: LatencySummary;
  /** Changes that Redis has not got yet. */
  readonly queuedRecoveries: number;
}

export interface CacheStats {
  readonly memory: {
    readonly enabled: boolean;
    readonly entries: number;
    readonly bytes: number;
    readonly limitBytes: number;
  };
  /** Undefined where Redis is not configured or switched off. */
  readonly redis: RedisTierStats | undefined;
  readonly namespaces: readonly NamespaceStats[];
}

/** The histograms behind the figures, for whoever exports them with buckets. */
export interface CacheHistograms {
  readonly redisLatency: LatencyHistogram | undefined;
  readonly namespaces: readonly {
    readonly name: string;
    readonly loadTime: LatencyHistogram;
    readonly lockWaitTime: LatencyHistogram | undefined;
  }[];
}

/** Hits among look-ups, 0 to 1; 0 before the first. */
export function hitRate(hits: number, misses: number): number {
  return hits + misses === 0 ? 0 : hits / (hits + misses);
}
