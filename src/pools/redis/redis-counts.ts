import type { Redis } from 'ioredis';
import type { BreakerState } from '../breaker';
import type { LeasePool } from '../lease-pool';
import type { Pool, PoolCounts } from '../pool';
import type { SharedRedisClient } from './shared-redis-client';

export interface RedisCountsSource {
  /** Left out where none was made. */
  readonly shared: SharedRedisClient | undefined;
  readonly subscriber: Redis | undefined;
  readonly leases: Pick<LeasePool<unknown>, 'counters' | 'inUse' | 'idleCount' | 'connecting' | 'waiting' | 'min'>;
  readonly breaker: BreakerState;
  readonly max: number;
  readonly maxWaiting: number;
}

/** The figures of all Redis connections together: commands count as acquired when sent and released when answered. */
export function redisCounts(pool: Pool, parts: RedisCountsSource): PoolCounts {
  const { shared, subscriber, leases, breaker, max, maxWaiting } = parts;
  const underWay = shared?.commandQueue.length ?? 0;
  const open = Number(shared?.isWritable ?? false);
  const busy = open && Number(underWay > 0);
  const subscribing = Number(subscriber?.status === 'ready');
  const counts = leases.counters.snapshot();
  const { wait, use, connect } = pool.timings;
  return {
    ...counts,
    acquired: counts.acquired + (shared?.commands ?? 0),
    released: counts.released + (shared?.commands ?? 0) - underWay,
    name: pool.name,
    kind: pool.kind,
    health: pool.health(),
    breaker,
    min: leases.min,
    max,
    maxWaiting,
    inUse: leases.inUse + busy + subscribing,
    idle: leases.idleCount + open - busy,
    connecting: leases.connecting + Number(shared?.status === 'connecting' || shared?.status === 'connect'),
    waiting: leases.waiting + (shared?.waiting ?? 0),
    wait,
    use,
    connect,
    endpoints: [],
  };
}
