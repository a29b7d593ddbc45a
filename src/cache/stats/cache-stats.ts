import type { LatencySummary, ReadonlyLatencyHistogram } from '../../common/latency-histogram';
import type { RemovalReason } from '../memory/memory-counts';
import type { BusState } from '../redis/invalidation-bus';

/** How one tier answered for one namespace. */
export interface TierLookups {
  /** Look-ups that found a value (in memory a fresh one, in Redis also a stale one), and those that did not. */
  readonly hits: number;
  readonly misses: number;
  /** Hits among look-ups, 0 to 1; 0 before the first. */
  readonly hitRate: number;
  /** Values stored. */
  readonly puts: number;
}

export interface MemoryStats extends TierLookups {
  readonly entries: number;
  /** What they take on the heap, estimated, overhead included. */
  readonly bytes: number;
  /** Entries refused because they alone take more than a tenth of the memory limit. */
  readonly tooLarge: number;
  /** Entries that left, by the reason. */
  readonly removals: Readonly<Record<RemovalReason, number>>;
}

export interface RedisNamespaceFigures<Durations> extends TierLookups {
  /** Bytes that were no entry of ours, or that could not be decoded. */
  readonly undecodable: number;
  /** Values that Redis had no room for. */
  readonly refused: number;
  /** Times a caller had to wait for another process's load, and how long. */
  readonly lockWaits: number;
  readonly lockWaitTime: Durations;
}

export interface NamespaceFigures<Durations> {
  readonly name: string;
  readonly memory: MemoryStats;
  /** Undefined where there is no Redis tier. */
  readonly redis: RedisNamespaceFigures<Durations> | undefined;
  /** Callers answered with a value past its time to live. */
  readonly staleServed: number;
  /** Calls of loaders, those that failed, and how long they took. */
  readonly loads: number;
  readonly loadFailures: number;
  readonly loadTime: Durations;
  /** Callers that waited for a load somebody else in this process had begun. */
  readonly coalesced: number;
  /** Loaded values not stored because they were invalidated meanwhile. */
  readonly fenced: number;
  /** Refreshes in the background before the value expired. */
  readonly refreshesAhead: number;
  /** Calls answered with the error, or stale value, of a load that failed a moment ago. */
  readonly backoffs: number;
}

export interface RedisTierFigures<Durations> {
  /** `closed` when all is well, `open` while Redis is left alone. */
  readonly breaker: 'closed' | 'open' | 'half-open';
  readonly bus: BusState;
  /** Messages of other processes heard, and those that could not be read. */
  readonly busMessages: number;
  readonly busGarbage: number;
  /** How often the subscription was lost. */
  readonly busLosses: number;
  /** How long Redis took for one step. */
  readonly latency: Durations;
  /** Changes that Redis has not got yet. */
  readonly queuedRecoveries: number;
}

/** What happened in this process so far, and what there is now; durations in milliseconds, in the form of `Durations`. */
export interface CacheFigures<Durations> {
  readonly memory: {
    readonly enabled: boolean;
    readonly entries: number;
    readonly bytes: number;
    readonly limitBytes: number;
  };
  /** Undefined where Redis is not configured or switched off. */
  readonly redis: RedisTierFigures<Durations> | undefined;
  readonly namespaces: readonly NamespaceFigures<Durations>[];
}

/** All figures, with the usual quantiles of the durations. */
export type CacheStats = CacheFigures<LatencySummary>;
export type NamespaceStats = NamespaceFigures<LatencySummary>;

/** All figures, with the histograms of the durations instead of their quantiles, which cost most of the time to make. */
export type CacheCounts = CacheFigures<ReadonlyLatencyHistogram>;

/** Hits among look-ups, 0 to 1; 0 before the first. */
export function hitRate(hits: number, misses: number): number {
  return hits + misses === 0 ? 0 : hits / (hits + misses);
}
