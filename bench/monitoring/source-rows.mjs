import { built } from '../lib/built.mjs';
import { absolute } from '../lib/rows.mjs';
import { startRedis } from '../lib/servers.mjs';
import { ours } from '../cache/ours.mjs';

const NAMESPACES = 255;
const POOLS = 20;
const COLLECTIONS = 50;

/** What it costs to ask the cache and the pools for their figures, once per tick and scrape. */
export const sourceRows = [
  absolute({
    id: 'tick-sources-ms',
    title: `CPU time of reading ${NAMESPACES} namespaces with the Redis tier and ${POOLS} pools for one tick`,
    unit: 'ms',
    target: { atMost: 3 },
    setup: sources,
    async measure({ context: { gatherer, series } }) {
      const startedAt = threadCpuMs();
      for (let i = 0; i < COLLECTIONS; i++)
        if ((await collected(gatherer)) !== series) throw new Error('series are missing');
      return (threadCpuMs() - startedAt) / COLLECTIONS;
    },
  }),
];

async function sources() {
  const redis = await startRedis();
  const { cache, close } = await ours({ redisUrl: redis.url });
  for (let i = 0; i < NAMESPACES; i++) {
    const namespace = cache.namespace(`n${i}`);
    for (let key = 0; key < 3; key++) await namespace.getOrLoad(String(key), async () => key);
  }
  const { CacheMetrics } = built('monitoring/collectors/cache.metrics');
  const { PoolMetrics } = built('monitoring/collectors/pool.metrics');
  const { MetricsGatherer } = built('monitoring/registry/metrics-gatherer');
  const { MetricsRegistry } = built('monitoring/registry/metrics-registry');
  const { CardinalityLimit } = built('monitoring/registry/cardinality-limit');
  const { SystemClock } = built('common/clock');
  const registry = new MetricsRegistry();
  new CacheMetrics(registry, cache).onModuleInit();
  new PoolMetrics(registry, await pools()).onModuleInit();
  const gatherer = new MetricsGatherer(registry, new CardinalityLimit(10_000), new SystemClock(), 10_000);
  for (let i = 0; i < COLLECTIONS; i++) await collected(gatherer); // until the compiler has settled
  const series = await collected(gatherer);
  if (series < NAMESPACES * 60) throw new Error(`only ${series} series`);
  return { gatherer, series, teardown: () => close().then(() => redis.stop()) };
}

/** Pools of HTTP, each with two servers behind it, under names of their own. */
async function pools() {
  const { SystemClock } = built('common/clock');
  const { HttpPool } = built('pools/http/http-pool');
  const { PoolRegistry } = built('pools/pool-registry');
  const options = {
    upstreams: { users: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] },
    maxConnections: 10,
    maxConnectionsPerOrigin: 10,
    acquireTimeoutMs: 1_000,
    maxWaiting: 100,
  };
  const named = Array.from({ length: POOLS }, (_, index) => {
    const pool = new HttpPool(options, new SystemClock());
    for (let ms = 1; ms < 100; ms++) pool.timings.wait.record(ms);
    return { name: `pool${index}`, counts: () => ({ ...pool.counts(), name: `pool${index}` }) };
  });
  return new PoolRegistry(named);
}

/** A whole collection. @returns how many series it had */
async function collected(gatherer) {
  let series = 0;
  for await (const family of gatherer.gather()) for (const { value } of family.samples()) series += value === value;
  return series;
}

function threadCpuMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
