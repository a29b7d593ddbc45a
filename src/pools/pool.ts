import type { LatencyHistogram, LatencySummary } from '../common/latency-histogram';
import type { BreakerState } from './breaker';
import type { PoolCounts } from './pool-counters';

export type PoolKind = 'postgres' | 'redis' | 'http' | 'qdrant';

/** `up`: answers. `degraded`: answers in part or only just failed once. `down`: does not answer. */
export type PoolState = 'up' | 'degraded' | 'down' | 'not_configured';

/** How well a pool or one of its endpoints is, since when, and what went wrong last. */
export interface PoolHealth {
  readonly state: PoolState;
  /** When `state` began, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** The last failure and when it happened; it stays after recovery, for whoever asks what it was. */
  readonly lastError: { readonly message: string; readonly atMs: number } | undefined;
}

/** One server behind a pool. */
export interface EndpointStats {
  /** Host and port, or the origin of a URL; never credentials. */
  readonly name: string;
  readonly health: PoolHealth;
  readonly breaker: BreakerState;
  readonly inUse: number;
  readonly requests: number;
  readonly errors: number;
  /** Peak-sensitive moving average of the response time; undefined where no balancer needs one. */
  readonly ewmaMs: number | undefined;
}

/** A pool's figures as of now; made on demand, never kept up. */
export interface PoolStats extends PoolCounts {
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
  readonly wait: LatencySummary;
  readonly use: LatencySummary;
  readonly connect: LatencySummary;
  readonly endpoints: readonly EndpointStats[];
}

/** Where a pool records its durations; read by whoever exports them. */
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

/** What all four pools are to those who watch and steer them; lending is each one's own. */
export interface Pool {
  readonly name: string;
  readonly kind: PoolKind;
  readonly state: PoolState;
  readonly timings: PoolTimings;
  health(): PoolHealth;
  stats(): PoolStats;
  /** Opens what is to be open from the start; resolves also when the server is down. */
  start(): Promise<void>;
  /**
   * Changes limits while running: raising serves waiters at once, lowering closes idle now and busy on return.
   * @throws PoolLimitsError
   */
  resize(limits: Partial<PoolLimits>): void;
  /** Refuses new acquires, lets leases finish for up to `timeoutMs`, then closes them. Safe to call twice. */
  drain(timeoutMs: number): Promise<void>;
}
