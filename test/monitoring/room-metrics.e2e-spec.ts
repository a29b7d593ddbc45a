import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Registry } from 'prom-client';
import { CacheService } from '../../src/cache/cache.service';
import { MonitoringHealth } from '../../src/monitoring/sampling/monitoring-health';
import { PostgresSampler } from '../../src/monitoring/collectors/postgres-sampler';
import { Pools } from '../../src/pools/pools.service';
import { busUp } from '../cache/redis-caches';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { redisForUse } from '../support/redis-for-use';

describe('metrics of pools, cache and database', () => {
  let app: NestExpressApplication;
  let redis: Awaited<ReturnType<typeof redisForUse>>;
  let dataDir: string;
  const valueOf = async (series: string) => {
    const line = (await app.get(Registry).metrics()).split('\n').find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'room-metrics-'));
    redis = await redisForUse();
    app = await startApp({
      EMBEDDED_POSTGRES: 'true',
      DATA_DIR: dataDir,
      POSTGRES_MIN_SIZE: '2',
      POSTGRES_MAX_SIZE: '4',
      REDIS_URL: redis.url,
      CACHE_REDIS_TIMEOUT_MS: '1000',
      METRICS_SAMPLE_INTERVAL_SECONDS: '1',
    });
  });
  afterAll(async () => {
    await app.close();
    await redis.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('show what a pool lends and how long callers wait and use', async () => {
    const { postgres } = app.get(Pools);
    const pool = 'db_client_connection_pool_name="postgres"';
    const used = () => valueOf(`db_client_connections{${pool},state="used"}`);
    const acquired = (await valueOf(`db_client_connection_acquired_total{${pool}}`))!;
    // The service itself uses the pool as well, for its tables and at every sampling: with all four lent it waits.
    const leases = await Promise.all(Array.from({ length: 4 }, () => postgres.acquire({ acquireTimeoutMs: 20_000 })));
    expect(await used()).toBe(4);
    for (const lease of leases) lease.release();
    await eventually('they are back', async () => (await used())! < 4);
    expect(await valueOf(`db_client_connection_max{${pool}}`)).toBe(4);
    expect(await valueOf(`db_client_connection_acquired_total{${pool}}`)).toBeGreaterThan(acquired);
    expect(await valueOf(`db_client_connection_use_time_seconds_count{${pool}}`)).toBeGreaterThan(0);
    expect(await valueOf(`db_client_pool_state{${pool},state="up"}`)).toBe(1);
    expect(await valueOf('db_client_connection_max{db_client_connection_pool_name="qdrant"}')).toBeUndefined();
    expect(await valueOf('db_client_pool_state{db_client_connection_pool_name="qdrant",state="not_configured"}')).toBe(
      1,
    );
  });

  it('show hits, misses and loads of a cache by tier', async () => {
    await busUp(app.get(CacheService)); // what memory holds before is dropped then
    const cache = app.get(CacheService).namespace('books');
    for (let i = 0; i < 3; i++) await cache.getOrSet('a', async () => ({ title: 'A' }));
    expect(await valueOf('cache_gets_total{cache="books",tier="memory",result="hit"}')).toBe(2);
    expect(await valueOf('cache_gets_total{cache="books",tier="memory",result="miss"}')).toBe(1);
    expect(await valueOf('cache_gets_total{cache="books",tier="redis",result="miss"}')).toBe(1);
    expect(await valueOf('cache_loads_total{cache="books",result="success"}')).toBe(1);
    expect(await valueOf('cache_size_entries{cache="books",tier="memory"}')).toBe(1);
    expect(await valueOf('cache_load_time_seconds_count{cache="books"}')).toBe(1);
    expect(await valueOf('cache_lock_wait_time_seconds_count{cache="books"}')).toBe(0);
    expect(await valueOf('cache_redis_latency_seconds_count')).toBeGreaterThan(0);
    expect(await valueOf('cache_bus_losses_total')).toBe(0);
  });

  it('show what the embedded database tells about itself', async () => {
    await app.get(PostgresSampler).run();
    expect(await valueOf('postgresql_backends{deployment="embedded"}')).toBeGreaterThan(0);
    expect(await valueOf('postgresql_db_size_bytes{deployment="embedded"}')).toBeGreaterThan(1_000_000);
    expect(await valueOf('scheduled_job_failures_total{job_name="postgres-sampling"}')).toBe(0);
  });

  it('show how monitoring itself does', async () => {
    // A busy machine lets a tick come late, which is degraded until the next.
    const health = await eventually('ticks in time', () => {
      const stats = app.get(MonitoringHealth).stats();
      return stats.status === 'up' && stats.series > 100 ? stats : undefined;
    });
    expect(health).toMatchObject({ dropped: 0, overflowed: 0, collectFailures: 0 });
    expect(await valueOf('monitoring_series')).toBe(app.get(MonitoringHealth).stats().series);
    expect(await valueOf('monitoring_storage_bytes')).toBeGreaterThan(0);
    await eventually('a tick that ended', async () => {
      return (await valueOf('scheduled_job_last_success{job_name="series-tick"}')) === 1;
    });
  });

  it('pass promtool check metrics, all of them', async () => {
    const input = await app.get(Registry).metrics();
    const check = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8', timeout: 20_000 });
    expect(check.error).toBeUndefined();
    expect(check.stdout + check.stderr).toBe('');
  });
});
