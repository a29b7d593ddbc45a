import { Clock } from '../../common/clock';
import { POOLS_OPTIONS } from '../pools.module-definition';
import type { PoolsOptions } from '../pools.options';
import { QdrantPool } from './qdrant-pool';

export const qdrantPoolProvider = {
  provide: QdrantPool,
  inject: [POOLS_OPTIONS, Clock],
  useFactory: ({ qdrant, http, acquireTimeoutMs, maxWaiting }: PoolsOptions, clock: Clock) =>
    new QdrantPool(
      {
        ...qdrant,
        urls: qdrant.url?.split('|') ?? [],
        maxConnections: http.maxConnections,
        acquireTimeoutMs,
        maxWaiting,
      },
      clock,
    ),
};
