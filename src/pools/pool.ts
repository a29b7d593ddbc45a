import type { LatencyHistogram, LatencySummary, ReadonlyLatencyHistogram } from '../common/latency-histogram';
import type { BreakerState } from './breaker';
import type { PoolEventCounts } from './pool-counters';

export type PoolKind = 'postgres' | 'redis' | 'http' | 'qdrant';

/** `up`: answers. `degraded`: answers in part, or has failed only once so far. `down`: does not answer. */
export const POOL_STATES = ['up', 'degraded', 'down', 'not_configured'] as const;
export type PoolState = (typeof POOL_STATES)[number];

/** The state of a pool or of one of its endpoints, since when, and its last failure. */
export interface PoolHealth {
  readonly state: PoolState;
  /** When `state` began, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** The last failure and when it happened; it is kept after recovery, so that it can still be read. */
  readonly lastError: { readonly message: string; readonly atMs: number } | undefined;
}

/** One server behind a pool. */
export interface EndpointStats {
  /** Host and port, or the origin of a URL; never credentials. */
  readonly name: string;
  readonly health: PoolHealth;
  readonly breaker: BreakerState;
  /** Route groups of HTTP, as in `GET /orders`, of which most requests are refused since they keep failing. */
  readonly refusedRoutes: readonly string[];
  readonly inUse: number;
  readonly requests: number;
  readonly errors: number;
  /** Peak-sensitive moving average of the response time; undefined where no balancer needs one. */
  readonly ewmaMs: number | undefined;
}

/** A pool's figures as of now, made on demand; `Durations` is the form in which its durations are given. */
export interface PoolFigures<Durations> extends PoolEventCounts {
  readonly name: string;
  readonly kind: PoolKind;
  readonly health: PoolHealth;
  readonly breaker: BreakerState;
  readonly min: number;
  readonly max: number;
  readonly maxWaiting: number;
  readonly inUse: number;
  readonly idle: number;
  readonly connecting: number;
  readonly waiting: number;
  /** From asking for a connection until having it. */
  readonly wait: Durations;
  /** From having a connection until giving it back. */
  readonly use: Durations;
  /** Opening one connection. */
  readonly connect: Durations;
  readonly endpoints: readonly EndpointStats[];
}

/** With quantiles of the durations, which are most of the work of making it. */
export type PoolStats = PoolFigures<LatencySummary>;

/** With the histograms themselves: they go on counting, while the other figures are as of now. */
export type PoolCounts = PoolFigures<ReadonlyLatencyHistogram>;

/** The figures of `counts` with quantiles. */
export function withQuantiles(counts: PoolCounts): PoolStats {
  const { wait, use, connect } = counts;
  return { ...counts, wait: wait.summary(), use: use.summary(), connect: connect.summary() };
}

/** Where a pool records its durations. */
export interface PoolTimings {
  /** From asking for a connection until having it. */
  readonly wait: LatencyHistogram;
  /** From having a connection until giving it back. */
  readonly use: LatencyHistogram;
  /** Opening one connection. */
  readonly connect: LatencyHistogram;
}

export interface PoolLimits {
  readonly min: number;
  readonly max: number;
}

/** What all pools have in common for monitoring and administration; each pool lends in its own way. */
export interface Pool {
  readonly name: string;
  readonly kind: PoolKind;
  readonly state: PoolState;
  readonly timings: PoolTimings;
  health(): PoolHealth;
  /** What happened so far and what there is now, with quantiles of the durations. */
  stats(): PoolStats;
  /** The same without quantiles, for those who read often or export buckets. */
  counts(): PoolCounts;
  /** How many connections the server takes from all together, where it says so. */
  serverLimit?(): Promise<number | undefined>;
  /** Opens the connections it keeps open; resolves also when the server is down. */
  start(): Promise<void>;
  /**
   * Changes the limits while running. A higher limit serves waiting callers at once; with a lower one, idle connections
   * are closed at once and busy ones when they come back.
   * @throws PoolLimitsError
   */
  resize(limits: Partial<PoolLimits>): void;
  /** Refuses new acquires, lets leases finish for up to `timeoutMs`, then closes them. Safe to call twice. */
  drain(timeoutMs: number): Promise<void>;
}
