import { Clock } from '../../common/clock';
import { POOLS_OPTIONS, type PoolsOptions } from '../pools.module-definition';
import { HttpPool } from './http.pool';

export const httpPoolProvider = {
  provide: HttpPool,
  inject: [POOLS_OPTIONS, Clock],
  useFactory: ({ http, acquireTimeoutMs, maxWaiting }: PoolsOptions, clock: Clock) =>
    new HttpPool({ ...http, acquireTimeoutMs, maxWaiting }, clock),
};
