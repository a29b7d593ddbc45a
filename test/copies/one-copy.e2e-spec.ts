import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app-setup';
import { CacheService } from '../../src/cache/cache.service';
import { CacheWarming } from '../../src/cache/warm/cache-warming';
import { CacheWarmer } from '../../src/cache/warm/cache-warmer.decorator';
import { CopyTable } from '../../src/copies/copy-table';
import { JobRuns } from '../../src/jobs/job-runs';
import { JobScheduler } from '../../src/jobs/job-scheduler';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { RedisServer } from '../support/redis-server';
import { asAdmin, asReader, testConfig } from '../support/test-config';

const NAMES = ['one', 'two', 'three'] as const;

/** A copy's own warmer, as an application has it. */
@Injectable()
class Prices {
  runs = 0;
  constructor(private readonly cache: CacheService) {}

  @CacheWarmer({ name: 'prices', cron: '* * * * * *' })
  async warm(): Promise<void> {
    this.runs++;
    await this.cache.set('prices', this.runs);
  }
}

const leads = (app: NestExpressApplication) => app.get(CopyTable).thisLeads();
const runsOf = (app: NestExpressApplication, job: string) => app.get(JobRuns).get(job)!.durations.count;
const at = (app: NestExpressApplication) => request(app.getHttpServer());
const metric = async (app: NestExpressApplication, name: string) => {
  const { text } = await at(app).get('/metrics').set(asReader).expect(200);
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

describe('what one copy does for all', () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  let apps: NestExpressApplication[] = [];

  const start = async (instance: string): Promise<NestExpressApplication> => {
    const config = testConfig({
      INSTANCE: instance,
      POSTGRES_URL: postgres.url,
      POSTGRES_MIN_SIZE: '1',
      REDIS_URL: redis.url,
      METRICS_SAMPLE_INTERVAL_SECONDS: '1',
    });
    const module = await Test.createTestingModule({
      imports: [AppModule.forRoot(config)],
      providers: [Prices],
    }).compile();
    const app = module.createNestApplication<NestExpressApplication>();
    setUpApp(app, config);
    await app.listen(0, '127.0.0.1');
    return app;
  };
  const leader = () =>
    eventually('one copy leads', () => {
      const leading = apps.filter(leads);
      return leading.length === 1 ? leading[0] : undefined;
    });

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
    for (const name of NAMES) apps.push(await start(name));
    await Promise.all(apps.map((app) => app.get(CacheWarming).warmed));
    await leader();
  }, 60_000);
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await Promise.all([postgres.close(), redis.close()]);
  });

  it('is warming on a schedule: in the leader, and in the next one when that ends', async () => {
    const first = await leader();
    const others = apps.filter((app) => app !== first);
    const before = others.map((app) => app.get(Prices).runs);
    const begun = first.get(Prices).runs;
    await eventually('the leader has warmed three times', () => first.get(Prices).runs >= begun + 3);
    expect(others.map((app) => app.get(Prices).runs)).toEqual(before);

    apps = others;
    await first.close();
    const next = await leader();
    const last = others.find((app) => app !== next)!;
    const [taken, idle] = [next.get(Prices).runs, last.get(Prices).runs];
    await eventually('the next one warms', () => next.get(Prices).runs >= taken + 2);
    expect(last.get(Prices).runs).toBe(idle);
    apps.push(await start('four'));
  }, 60_000);

  it.each(['series-purge', 'copies-purge'])('is the job %s', async (job) => {
    const first = await leader();
    const before = apps.map((app) => runsOf(app, job));
    for (const app of apps) await app.get(JobScheduler)['jobs'].get(job)!.runNow();
    expect(apps.map((app, index) => runsOf(app, job) - before[index]!)).toEqual(
      apps.map((app) => Number(app === first)),
    );
  });

  it('shows in metrics who leads, and that a copy does not reach the others', async () => {
    const first = await leader();
    const leading = await Promise.all(apps.map((app) => metric(app, 'copies_leading')));
    expect(leading).toEqual(apps.map((app) => Number(app === first)));
    expect(await metric(first, 'copies_beat_age_seconds')).toBeLessThan(5);
    await postgres.stop('immediate');
    await eventually(
      'it is alarming',
      async () =>
        (await metric(first, 'copies_leading')) === 0 &&
        (await metric(first, 'copies_beat_age_seconds')) > 5 &&
        (await metric(first, 'copies_beats_missed_total')) >= 2,
      { timeoutMs: 20_000, everyMs: 200 },
    );
    await postgres.restart();
    await eventually(
      'one leads again',
      async () => {
        const now = await Promise.all(apps.map((app) => metric(app, 'copies_leading')));
        return now.filter(Boolean).length === 1;
      },
      { timeoutMs: 20_000, everyMs: 200 },
    );
  }, 60_000);

  it('takes back limits that were set over HTTP, in every copy and in one that starts later', async () => {
    const limits = async (app: NestExpressApplication) => {
      const { body } = await at(app).get('/performance/pools/http').set(asReader).expect(200);
      return [body.max, body.limitsChanged];
    };
    const [one, two] = apps as [NestExpressApplication, NestExpressApplication];
    await at(one).patch('/performance/pools/http').set(asAdmin).send({ max: 7 }).expect(200);
    await at(two).patch('/performance/pools/http').set(asAdmin).send({ max: 9 }).expect(200);
    for (const app of apps) expect(await limits(app)).toEqual([9, true]);
    const late = await start('five');
    apps.push(late);
    await eventually('a copy that starts has them', async () => (await limits(late))[0] === 9);
    const { body } = await at(late).delete('/performance/pools/http/limits').set(asAdmin).expect(200);
    expect([body.max, body.limitsChanged]).toEqual([100, false]);
    for (const app of apps) expect(await limits(app)).toEqual([100, false]);
    await at(one).delete('/performance/pools/http/limits').set(asReader).expect(403);
    await at(one).delete('/performance/pools/nowhere/limits').set(asAdmin).expect(404);
    const next = await start('six');
    apps.push(next);
    await eventually('one that starts later has the configured ones', async () => {
      const copies = await one.get(CopyTable).list();
      return copies.some(({ id, state }) => id === 'six' && state === 'up');
    });
    expect(await limits(next)).toEqual([100, false]);
  }, 60_000);

  it('describes the metrics of another copy', async () => {
    const [one, two] = apps as [NestExpressApplication, NestExpressApplication];
    const name = (await request(two.getHttpServer()).get('/performance/health').set(asReader)).body.instance as string;
    apps = apps.filter((app) => app !== two);
    await two.close(); // it writes what it has
    const ask = async (path: string) => {
      const url = `/performance/prometheus/api/v1/${path}instance=${name}`;
      return (await request(one.getHttpServer()).get(url).set(asReader).expect(200)).body.data;
    };
    expect(await ask('metadata?metric=process_cpu_seconds_total&')).toEqual({
      process_cpu_seconds_total: [expect.objectContaining({ type: 'counter' })],
    });
    expect(await ask('targets/metadata?metric=process_cpu_seconds_total&')).toHaveLength(1);
    expect((await ask('status/tsdb?')).headStats.numSeries).toBeGreaterThan(100);
    const nobody = '/performance/prometheus/api/v1/metadata?instance=nobody';
    await request(one.getHttpServer()).get(nobody).set(asReader).expect(400);
  }, 30_000);
});
