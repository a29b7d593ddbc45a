import { Clock } from '../../common/clock';
import { POOLS_OPTIONS } from '../pools.module-definition';
import type { PoolsOptions } from '../pools.options';
import { HttpPool } from './http-pool';

export const httpPoolProvider = {
  provide: HttpPool,
  inject: [POOLS_OPTIONS, Clock],
  useFactory: ({ http, acquireTimeoutMs, maxWaiting }: PoolsOptions, clock: Clock) =>
    new HttpPool({ ...http, acquireTimeoutMs, maxWaiting }, clock),
};
