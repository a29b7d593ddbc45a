import type { Breaker } from './breaker';
import { poolRefusals, type PoolRefusal } from './pool-channels';
import type { PoolCounters } from './pool-counters';
import type { LimitOptions } from './pools-option';
import {
  PoolAcquireTimeoutError,
  PoolBreakerOpenError,
  PoolClosedError,
  PoolNotConfiguredError,
  type PoolOccupancy,
  PoolQueueFullError,
} from './pools.errors';

export interface RefusingPool {
  readonly name: string;
  readonly maxWaiting: number;
  readonly limitOptions: LimitOptions;
}

/** The only place that counts and publishes refusals of callers, and makes their errors: one method for each error. */
export class PoolRefusals {
  constructor(
    private readonly pool: RefusingPool,
    private readonly counters: PoolCounters,
    private readonly occupancy: () => PoolOccupancy,
  ) {}

  timeout(waitedMs: number, connectError?: unknown): Error {
    const { name, limitOptions } = this.pool;
    this.note('timeout');
    return new PoolAcquireTimeoutError(name, waitedMs, this.occupancy(), limitOptions, connectError);
  }

  /** `waiting`: how many callers wait, where they are not in the pool's own queue. */
  queueFull(waiting?: number): Error {
    const { name, maxWaiting, limitOptions } = this.pool;
    const occupancy = this.occupancy();
    this.note('queue_full');
    return new PoolQueueFullError(
      name,
      maxWaiting,
      waiting === undefined ? occupancy : { ...occupancy, waiting },
      limitOptions,
    );
  }

  breakerOpen(endpoint: string, { retryAfterMs, lastError }: Breaker): Error {
    this.note('breaker_open');
    return new PoolBreakerOpenError(this.pool.name, endpoint, retryAfterMs, lastError);
  }

  closed(): Error {
    this.note('closed');
    return new PoolClosedError(this.pool.name);
  }

  notConfigured(): Error {
    this.note('not_configured');
    return new PoolNotConfiguredError(this.pool.name, this.pool.limitOptions.url);
  }

  /** The caller's own signal fired; the error is the reason of the signal. */
  aborted(): void {
    this.note('aborted');
  }

  private note(reason: PoolRefusal['reason']): void {
    if (reason === 'timeout') this.counters.timeouts++;
    else if (reason === 'aborted') this.counters.aborted++;
    else this.counters.rejected[reason]++;
    const refusal: PoolRefusal = { pool: this.pool.name, reason };
    if (poolRefusals.hasSubscribers) poolRefusals.publish(refusal);
  }
}
