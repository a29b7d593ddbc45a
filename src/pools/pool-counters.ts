/** Why a connection was closed; a closed set, since it becomes a metric's label. */
export const CLOSE_REASONS = [
  'idle',
  'lifetime',
  'lost',
  'invalid',
  'unclean',
  'released_with_error',
  'evicted',
  'resized',
  'drained',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** Why a caller was turned away at once. */
export const REJECT_REASONS = ['queue_full', 'breaker_open', 'closed', 'not_configured'] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** What has happened in a pool since it was made; every figure only grows. */
export interface PoolEventCounts {
  /** Connections opened. */
  readonly created: number;
  readonly closed: Readonly<Record<CloseReason, number>>;
  readonly acquired: number;
  readonly released: number;
  /** Callers whose acquire deadline passed. */
  readonly timeouts: number;
  /** Callers who gave up by their own signal. */
  readonly aborted: number;
  readonly rejected: Readonly<Record<RejectReason, number>>;
  /**
   * Failures that mean the server or the connection is unwell: failed connects, lost connections, failed validations.
   */
  readonly errors: number;
  readonly retries: number;
  /** Leases out for longer than the threshold, each counted once. */
  readonly leaks: number;
  readonly returnedLate: number;
  /** How often the connection that listens was lost, so that messages may have been missed; of PostgreSQL only. */
  readonly listenGaps: number;
}

const zeros = <K extends string>(keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

/** The counts while they are being counted. */
export class PoolCounters implements PoolEventCounts {
  created = 0;
  readonly closed = zeros(CLOSE_REASONS);
  acquired = 0;
  released = 0;
  timeouts = 0;
  aborted = 0;
  readonly rejected = zeros(REJECT_REASONS);
  errors = 0;
  retries = 0;
  leaks = 0;
  returnedLate = 0;
  listenGaps = 0;

  /** A copy that no longer changes. */
  snapshot(): PoolEventCounts {
    const { created, acquired, released, timeouts, aborted, errors, retries, leaks, returnedLate, listenGaps } = this;
    return {
      created,
      closed: { ...this.closed },
      acquired,
      released,
      timeouts,
      aborted,
      rejected: { ...this.rejected },
      errors,
      retries,
      leaks,
      returnedLate,
      listenGaps,
    };
  }
}
