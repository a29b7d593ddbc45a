import type { Breaker } from './breaker';
import { poolRefusals, type PoolRefusal } from './pool.channels';
import type { PoolCounters } from './pool.counters';
import type { PoolSettings } from './pool.settings';
import {
  PoolAcquireTimeoutError,
  PoolBreakerOpenError,
  PoolClosedError,
  type PoolOccupancy,
  PoolQueueFullError,
} from './pools.errors';

export interface RefusingPool {
  readonly name: string;
  readonly endpoint: string;
  readonly maxWaiting: number;
  readonly settings: PoolSettings;
}

/** The one place that counts, publishes and words that a caller got no connection; each method makes one error. */
export class PoolRefusals {
  constructor(
    private readonly pool: RefusingPool,
    private readonly counters: PoolCounters,
    private readonly occupancy: () => PoolOccupancy,
  ) {}

  timeout(waitedMs: number, connectError: unknown): Error {
    const { name, settings } = this.pool;
    this.note('timeout');
    return new PoolAcquireTimeoutError(name, waitedMs, this.occupancy(), settings, connectError);
  }

  queueFull(): Error {
    const { name, maxWaiting, settings } = this.pool;
    this.note('queue_full');
    return new PoolQueueFullError(name, maxWaiting, this.occupancy(), settings);
  }

  breakerOpen(breaker: Breaker): Error {
    const { name, endpoint } = this.pool;
    this.note('breaker_open');
    return new PoolBreakerOpenError(name, endpoint, breaker.retryAfterMs, breaker.lastError);
  }

  closed(): Error {
    this.note('closed');
    return new PoolClosedError(this.pool.name);
  }

  /** The caller left by its own signal, whose reason is the error. */
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
