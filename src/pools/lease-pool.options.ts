import type { CloseReason } from './pool-counters';
import type { PoolRecords } from './pool-records';
import type { LimitOptions } from './pools-option';

/** How connections of one kind are opened, checked, cleaned and closed; the pool decides when. */
export interface LeaseResource<R> {
  /** Opens one within its own deadline. It calls `lost` once if the connection breaks by itself later. */
  open(signal: AbortSignal, lost: (error: unknown) => void): Promise<R>;
  /** Whether `open` failed because the server works and takes no more connections: that opens no breaker. */
  isFull?(error: unknown): boolean;
  /** Closes it; must not throw. A promise, which must not reject, where the server has it for a while longer. */
  close(resource: R, reason: CloseReason): void | Promise<void>;
  /** Rejects when it is not usable any more. */
  validate(resource: R, signal: AbortSignal): Promise<void>;
  /** Whether it may be lent again; a promise where cleaning it, or finding out, takes a round trip. */
  clean(resource: R): boolean | Promise<boolean>;
}

export interface LeasePoolOptions {
  readonly name: string;
  /** What it connects to, as it may be shown: host and port. */
  readonly endpoint: string;
  readonly min: number;
  readonly max: number;
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
  /** A connection above `min` that is idle for longer than this is closed. */
  readonly idleTimeoutMs: number;
  /** A connection is replaced at this age, less up to 20 % at random so that they never go all at once. */
  readonly maxLifetimeMs: number;
  /** A connection that was idle for longer than this is validated before it is lent. */
  readonly validateAfterIdleMs: number;
  readonly validationTimeoutMs: number;
  readonly leakThresholdMs: number;
  /** How many connections are opened at the same time at most. */
  readonly maxConnecting: number;
  /** How often idle, old and leaked connections are looked for. */
  readonly maintenanceIntervalMs: number;
  readonly limitOptions: LimitOptions;
  /** Where it records what happens; default: in records of its own. */
  readonly records?: PoolRecords | undefined;
}

export interface AcquireOptions {
  readonly acquireTimeoutMs?: number | undefined;
  /** After so many ms the lease counts as leaked, instead of the pool's: for work that is meant to take long. */
  readonly leakThresholdMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The part of the options that is the same whatever is pooled. */
export const LEASE_POOL_DEFAULTS = {
  idleTimeoutMs: 60_000,
  maxLifetimeMs: 1_800_000,
  validateAfterIdleMs: 5_000,
  validationTimeoutMs: 1_000,
  leakThresholdMs: 60_000,
  maxConnecting: 4,
  maintenanceIntervalMs: 1_000,
} as const;
