import type { Clock } from '../../common/clock';
import { HttpProxies } from '../http/http-proxies';
import { namedPool } from '../pools-option';
import type { PoolsOptions, QdrantPoolOptions } from '../pools.options';
import { PoolsOfKind } from '../pools-of-kind';
import { QdrantPool } from './qdrant-pool';

export function qdrantPools(options: PoolsOptions, clock: Clock): PoolsOfKind<QdrantPool> {
  const { qdrant, http, acquireTimeoutMs, maxWaiting } = options;
  const { connectTimeoutMs, idleTimeoutMs, maxLifetimeMs, probeIntervalMs, probeTimeoutMs } = http;
  const times = { connectTimeoutMs, idleTimeoutMs, maxLifetimeMs, probeIntervalMs, probeTimeoutMs };
  const proxies = new HttpProxies(http.proxy);
  const settings = (one: QdrantPoolOptions) => ({
    ...times,
    ...one,
    urls: one.url?.split('|') ?? [],
    maxConnections: one.maxConnections ?? http.maxConnections,
    acquireTimeoutMs,
    maxWaiting,
    proxyFor: (server: URL) => proxies.for(server, one.proxy),
  });
  const named = Object.entries(qdrant.named).map(
    ([name, one]) => new QdrantPool(settings(one), clock, namedPool('qdrant', name)),
  );
  return new PoolsOfKind(new QdrantPool(settings(qdrant), clock), named);
}
