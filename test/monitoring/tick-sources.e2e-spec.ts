import type { INestApplicationContext } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { CacheModule } from '../../src/cache/cache.module';
import { CacheService } from '../../src/cache/cache.service';
import { LatencyHistogram } from '../../src/common/latency-histogram';
import { MetricsWriter } from '../../src/monitoring/exposition/metrics-writer';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { SeriesSampler } from '../../src/monitoring/sampling/series-sampler';
import { SeriesArchiver } from '../../src/monitoring/series/persistence/series-archiver';
import { SeriesStore } from '../../src/monitoring/series/series-store';
import { PoolRegistry } from '../../src/pools/pool-registry';
import { PoolsModule } from '../../src/pools/pools.module';

describe('the sources of metrics', () => {
  let app: INestApplicationContext;
  let sources: Readonly<Record<string, jest.SpyInstance>>;
  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        ScheduleModule.forRoot(),
        PoolsModule.forRoot({ http: { upstreams: { users: ['http://127.0.0.1:1'] } } }),
        CacheModule.forRoot(),
        MonitoringModule.forRoot({ sampleIntervalMs: 3_600_000 }), // no tick but those of the test
      ],
    }).compile();
    app = await module.init();
    for (let i = 0; i < 20; i++) app.get(CacheService).namespace(`n${i}`);
    sources = {
      cache: jest.spyOn(app.get(CacheService), 'counts'),
      pools: jest.spyOn(app.get(PoolRegistry), 'counts'),
      ...Object.fromEntries(
        app
          .get(PoolRegistry)
          .all()
          .map((pool) => [pool.name, jest.spyOn(pool, 'counts')]),
      ),
      series: jest.spyOn(app.get(SeriesStore), 'stats'),
      archive: jest.spyOn(app.get(SeriesArchiver), 'stats'),
    };
  });
  beforeEach(() => jest.clearAllMocks());
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
  });

  const readings = () =>
    Object.fromEntries(Object.entries(sources).map(([name, spy]) => [name, spy.mock.calls.length]));
  const once = () => Object.fromEntries(Object.keys(sources).map((name) => [name, 1]));

  it('are read once per tick, and no quantile is made', async () => {
    const quantiles = jest.spyOn(LatencyHistogram.prototype, 'quantileMs');
    const series = app.get(SeriesStore).stats().series;
    jest.clearAllMocks();
    await app.get(SeriesSampler).tick(Date.now());
    expect(readings()).toEqual(once());
    expect(quantiles).not.toHaveBeenCalled();
    expect(app.get(SeriesStore).stats().series).toBeGreaterThan(series + 20 * 30);
  });

  it.each(['text', 'openmetrics', 'json'] as const)('are read once per scrape as %s', async (form) => {
    let text = '';
    for await (const chunk of app.get(MetricsWriter).write(form)) text += chunk;
    expect(text).toContain('db_client_connection_pool_name');
    expect(readings()).toEqual(once());
  });

  it('are read again by a scrape that goes on at the same time as a tick', async () => {
    const scrape = app.get(MetricsWriter).write('text');
    await scrape.next();
    await app.get(SeriesSampler).tick(Date.now());
    while (!(await scrape.next()).done);
    expect(readings()).toEqual(Object.fromEntries(Object.keys(sources).map((name) => [name, 2])));
  });
});
