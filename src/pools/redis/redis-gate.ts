import { Breaker } from '../breaker';
import type { LeasePool } from '../lease-pool';
import type { HealthProbe } from '../health-probe';
import { REDIS_SETTINGS } from '../pool.settings';
import { PoolBreakerOpenError, PoolClosedError, PoolNotConfiguredError, PoolQueueFullError } from '../pools.errors';
import { poolRefusals, type PoolRefusal } from '../pool.channels';
import type { RejectReason } from '../pool.counters';
import type { DedicatedRedisClient } from './dedicated-redis.client';
import type { CommandObserver } from './shared-redis.client';

/** Decides whether plain commands may be sent, and counts how they fare. */
export class RedisGate implements CommandObserver {
  private closed = false;

  constructor(
    private readonly options: { readonly configured: boolean; readonly endpoint: string; readonly maxWaiting: number },
    private readonly breaker: Breaker,
    private readonly leases: LeasePool<DedicatedRedisClient>,
    private readonly probe: HealthProbe,
  ) {}

  /** From now on everything is refused. */
  close(): void {
    this.closed = true;
  }

  refusal(outcome: Promise<unknown>): Error | undefined {
    if (this.breaker.isClosed && !this.closed && this.options.configured) return undefined;
    if (!this.options.configured) return this.count('not_configured', new PoolNotConfiguredError('redis', 'REDIS_URL'));
    if (this.closed) return this.count('closed', new PoolClosedError('redis'));
    const pass = this.breaker.enter();
    if (pass === undefined) return this.count('breaker_open', this.breakerError());
    outcome.then(
      () => this.breaker.leave(pass, 'well'),
      (error: unknown) => this.breaker.leave(pass, isReply(error) ? 'well' : 'unwell', error),
    );
    return undefined;
  }

  overflow(waiting: number): Error | undefined {
    const { maxWaiting } = this.options;
    if (waiting < maxWaiting) return undefined;
    const occupancy = { ...this.leases.occupancy(), waiting };
    return this.count('queue_full', new PoolQueueFullError('redis', maxWaiting, occupancy, REDIS_SETTINGS));
  }

  answered(durationMs: number): void {
    this.leases.timings.use.record(durationMs);
    this.settle('well');
  }

  failed(error: Error): void {
    this.leases.counters.errors++;
    this.settle('unwell', error);
    this.probe.suspect();
  }

  breakerError(): PoolBreakerOpenError {
    return new PoolBreakerOpenError('redis', this.options.endpoint, this.breaker.retryAfterMs, this.breaker.lastError);
  }

  /** What was seen while everybody may pass; a trial settles by its own pass. */
  private settle(outcome: 'well' | 'unwell', error?: Error): void {
    if (!this.breaker.isClosed) return;
    const pass = this.breaker.enter();
    if (pass) this.breaker.leave(pass, outcome, error);
  }

  private count<E>(reason: RejectReason, error: E): E {
    this.leases.counters.rejected[reason]++;
    const refusal: PoolRefusal = { pool: 'redis', reason };
    if (poolRefusals.hasSubscribers) poolRefusals.publish(refusal);
    return error;
  }
}

/** An error the server answered with (`WRONGTYPE …`): it is well enough to say so. */
const isReply = (error: unknown) => error instanceof Error && error.name === 'ReplyError';
