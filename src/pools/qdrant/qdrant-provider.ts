import type { Clock } from '../../common/clock';
import { namedPool } from '../pools-option';
import type { PoolsOptions, QdrantPoolOptions } from '../pools.options';
import { PoolsOfKind } from '../pools-of-kind';
import { QdrantPool } from './qdrant-pool';

export function qdrantPools(options: PoolsOptions, clock: Clock): PoolsOfKind<QdrantPool> {
  const { qdrant, http, acquireTimeoutMs, maxWaiting } = options;
  const settings = (one: QdrantPoolOptions) => ({
    ...one,
    urls: one.url?.split('|') ?? [],
    maxConnections: one.maxConnections ?? http.maxConnections,
    acquireTimeoutMs,
    maxWaiting,
  });
  const named = Object.entries(qdrant.named).map(
    ([name, one]) => new QdrantPool(settings(one), clock, namedPool('qdrant', name)),
  );
  return new PoolsOfKind(new QdrantPool(settings(qdrant), clock), named);
}
