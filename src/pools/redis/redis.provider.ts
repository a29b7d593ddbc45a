import { Clock } from '../../common/clock';
import { POOLS_OPTIONS, type PoolsOptions } from '../pools.module-definition';
import { RedisPool } from './redis.pool';

export const redisPoolProvider = {
  provide: RedisPool,
  inject: [POOLS_OPTIONS, Clock],
  useFactory: ({ redis, acquireTimeoutMs, maxWaiting }: PoolsOptions, clock: Clock) =>
    new RedisPool({ ...redis, acquireTimeoutMs, maxWaiting }, clock),
};
