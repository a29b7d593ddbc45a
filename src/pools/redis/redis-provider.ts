import type { Clock } from '../../common/clock';
import { namedPool } from '../pools-option';
import type { PoolsOptions } from '../pools.options';
import { PoolsOfKind } from '../pools-of-kind';
import { RedisPool } from './redis-pool';

export function redisPools(
  { redis, acquireTimeoutMs, maxWaiting }: PoolsOptions,
  clock: Clock,
): PoolsOfKind<RedisPool> {
  const limits = { acquireTimeoutMs, maxWaiting };
  const named = Object.entries(redis.named).map(
    ([name, options]) => new RedisPool({ ...options, ...limits }, clock, namedPool('redis', name)),
  );
  return new PoolsOfKind(new RedisPool({ ...redis, ...limits }, clock), named);
}
