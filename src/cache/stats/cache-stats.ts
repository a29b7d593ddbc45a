import type { LatencySummary, ReadonlyLatencyHistogram } from '../../common/latency-histogram';
import type { BreakerState } from '../../pools/breaker';
import type { RemovalReason } from '../memory/memory-counts';
import type { BusState } from '../redis/invalidation-bus';
import type { RedisLack } from '../redis/server-check';

/** How one tier answered for one namespace. */
export interface TierLookups {
  /** Look-ups that found a value (in memory only a fresh one, in Redis also a stale one), and look-ups that did not. */
  readonly hits: number;
  readonly misses: number;
  /** The share of hits among look-ups, 0 to 1; 0 before the first look-up. */
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
  /** Entries removed, by the reason. */
  readonly removals: Readonly<Record<RemovalReason, number>>;
  /**
   * The share of the namespace's memory in which new entries are tried, above 0 to 1. It is the best for its accesses so
   * far; with 1, and before the first eviction, the least recently used goes first.
   */
  readonly evictionWindow: number;
}

export interface RedisNamespaceFigures<Durations> extends TierLookups {
  /** Values in Redis that were no entry of this cache, or could not be decoded. */
  readonly undecodable: number;
  /** Values that Redis refused because its memory was full. */
  readonly refused: number;
  /** Times a caller had to wait for another process's load, and how long. */
  readonly lockWaits: number;
  readonly lockWaitTime: Durations;
  /** Callers that loaded themselves because the other process was not done within `lockTimeoutMs`. */
  readonly lockTimeouts: number;
}

export interface NamespaceFigures<Durations> {
  readonly name: string;
  readonly memory: MemoryStats;
  /** Undefined where there is no Redis tier. */
  readonly redis: RedisNamespaceFigures<Durations> | undefined;
  /** Callers answered with a value past its time to live. */
  readonly staleServed: number;
  /** Calls of loaders, failed calls, and how long they took. */
  readonly loads: number;
  readonly loadFailures: number;
  readonly loadTime: Durations;
  /** Callers that joined a load that another caller in this process had begun. */
  readonly coalesced: number;
  /** Loaded values that were not stored because they were invalidated during the load. */
  readonly fenced: number;
  /** Background refreshes of values that had not expired. */
  readonly refreshesAhead: number;
  /** Calls that got the error, or a stale value, because a load had failed within `failureBackoffMs`. */
  readonly backoffs: number;
}

export interface RedisTierFigures<Durations> {
  /** `closed` while Redis is used, `open` while it is not, `half-open` while it is probed. */
  readonly breaker: BreakerState;
  readonly bus: BusState;
  /** Messages received from other processes, and those that could not be read. */
  readonly busMessages: number;
  readonly busGarbage: number;
  /** How often the subscription was lost. */
  readonly busLosses: number;
  /** How long Redis took for one step. */
  readonly latency: Durations;
  /** Changes that have not reached Redis yet. */
  readonly queuedRecoveries: number;
  /** What the cache needs of Redis and does not get, each with what grants it; empty when all is well. */
  readonly missing: readonly RedisLack[];
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
