import { Breaker } from '../breaker';
import type { LeasePool } from '../lease-pool';
import type { HealthProbe } from '../health-probe';
import { PoolBreakerOpenError } from '../pools.errors';
import type { DedicatedRedisClient } from './dedicated-redis-client';
import type { CommandPolicy } from './shared-redis-client';

/** Decides whether commands may go over the shared connection, and tells the breaker how they ended. */
export class RedisCommandPolicy implements CommandPolicy {
  private closed = false;

  constructor(
    private readonly options: { readonly name: string; readonly configured: boolean; readonly endpoint: string },
    private readonly breaker: Breaker,
    private readonly leases: LeasePool<DedicatedRedisClient>,
    private readonly probe: HealthProbe,
  ) {}

  /** Refuses all commands from now on. */
  close(): void {
    this.closed = true;
  }

  refusal(outcome: Promise<unknown>): Error | undefined {
    if (this.breaker.isClosed && !this.closed && this.options.configured) return undefined;
    if (!this.options.configured) return this.leases.refusals.notConfigured();
    if (this.closed) return this.leases.refusals.closed();
    const permit = this.breaker.tryAcquire();
    if (permit === undefined) return this.leases.refusals.breakerOpen(this.options.endpoint, this.breaker);
    outcome.then(
      () => this.breaker.settle(permit, 'success'),
      (error: unknown) => this.breaker.settle(permit, isReply(error) ? 'success' : 'failure', error),
    );
    return undefined;
  }

  overflow(waiting: number): Error | undefined {
    return waiting < this.leases.maxWaiting ? undefined : this.leases.refusals.queueFull(waiting);
  }

  answered(durationMs: number): void {
    this.leases.timings.use.record(durationMs);
    this.settle('success');
  }

  failed(error: Error): void {
    this.leases.counters.errors++;
    this.settle('failure', error);
    this.probe.probeSoon();
  }

  /** The error for commands that were accepted before the breaker opened and now wait for a connection. */
  breakerError(): PoolBreakerOpenError {
    const { name, endpoint } = this.options;
    return new PoolBreakerOpenError(name, endpoint, this.breaker.retryAfterMs, this.breaker.lastError);
  }

  /** Reports to a closed breaker only: while it is half-open, a trial reports with its own permit. */
  private settle(outcome: 'success' | 'failure', error?: Error): void {
    if (!this.breaker.isClosed) return;
    const permit = this.breaker.tryAcquire();
    if (permit) this.breaker.settle(permit, outcome, error);
  }
}

/** An error that Redis answered with (`WRONGTYPE …`): the server works. */
const isReply = (error: unknown) => error instanceof Error && error.name === 'ReplyError';
