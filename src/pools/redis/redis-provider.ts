import { Clock } from '../../common/clock';
import { POOLS_OPTIONS } from '../pools.module-definition';
import type { PoolsOptions } from '../pools.options';
import { RedisPool } from './redis-pool';

export const redisPoolProvider = {
  provide: RedisPool,
  inject: [POOLS_OPTIONS, Clock],
  useFactory: ({ redis, acquireTimeoutMs, maxWaiting }: PoolsOptions, clock: Clock) =>
    new RedisPool({ ...redis, acquireTimeoutMs, maxWaiting }, clock),
};
