import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { asAdmin, asReader } from '../support/test-config';

const small = { rows: 500, reads: 3_000, concurrency: 8, cacheEntries: 100 };
const long = { ...small, reads: 500_000 };

interface Run {
  id: string;
  state: string;
  progress: { phase: string; ratio: number };
  results: Record<string, { actual: number; target: number; met: boolean }>;
  phases: Record<
    string,
    { operations: number; perSecond: number; latency: { meanMs: number }; details: Record<string, number | string> }
  >;
  error?: { code: string; detail: string };
}

describe('POST /performance/benchmark', () => {
  let postgres: PostgresServer;
  let app: NestExpressApplication;
  const http = () => request(app.getHttpServer());
  const start = (parameters: object, query = '') =>
    http().post(`/performance/benchmark${query}`).set(asAdmin).send({ scenario: 'cached-read', parameters });
  const get = async (id: string) =>
    (await http().get(`/performance/benchmark/${id}`).set(asReader).expect(200)).body as Run;
  const schemas = () => postgres.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgbench%'`);

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    app = await startApp({ POSTGRES_URL: postgres.url });
  });
  afterAll(async () => {
    await app?.close();
    await postgres?.close();
  });

  it('measures both phases, as PostgreSQL counted them, and leaves nothing behind', async () => {
    const { body, headers } = await start(small, '?wait=true').expect(200);
    const run = body as Run;
    expect(run).toMatchObject({ state: 'completed', progress: { ratio: 1 } });
    expect(headers.location).toBe(`/performance/benchmark/${run.id}`);

    const { withoutCache, withCache } = run.phases;
    expect(withoutCache).toMatchObject({
      operations: small.reads,
      details: { queries: small.reads, misses: small.reads, countedBy: 'pg_stat_statements' },
    });
    const queries = withCache!.details.queries as number;
    expect(queries).toBeGreaterThan(0); // a cache of 100 entries cannot hold 500 rows
    expect(queries).toBeLessThan(small.reads);
    expect(withCache!.details.misses).toBeGreaterThanOrEqual(queries);

    const { hitRate, responseTimeReduction, throughputGain, databaseLoadReduction } = run.results;
    expect(hitRate).toEqual({
      actual: expect.closeTo(1 - Number(withCache!.details.misses) / small.reads, 9),
      target: 0.8,
      met: expect.any(Boolean),
    });
    expect(databaseLoadReduction!.actual).toBeCloseTo(1 - queries / small.reads, 9);
    expect(responseTimeReduction!.actual).toBeCloseTo(1 - withCache!.latency.meanMs / withoutCache!.latency.meanMs, 9);
    expect(throughputGain!.actual).toBeCloseTo(withCache!.perSecond / withoutCache!.perSecond, 9);
    for (const { actual, target, met } of Object.values(run.results)) expect(met).toBe(actual >= target);

    expect(await schemas()).toEqual([]);
    expect(await get(run.id)).toEqual(run);
  }, 60_000);

  it('answers 202 with where to follow it, shows progress, refuses a second one and is cancelled', async () => {
    const { body, headers } = await start(long).expect(202);
    const { id } = body as Run;
    expect(headers.location).toBe(`/performance/benchmark/${id}`);
    await eventually('reads are under way', async () => {
      const { progress } = await get(id);
      return progress.phase.startsWith('without cache') && progress.ratio > 0;
    });
    expect(await schemas()).toHaveLength(1); // or the check at the end would prove nothing

    const refused = await start(small).expect(409);
    expect(refused.body).toMatchObject({ code: 'BENCHMARK_RUNNING', detail: expect.stringContaining(id) });

    const cancelled = await http().delete(`/performance/benchmark/${id}`).set(asAdmin).expect(200);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', error: { code: 'BENCHMARK_ABORTED' } });
    expect(await schemas()).toEqual([]);
    await http().delete(`/performance/benchmark/${id}`).set(asAdmin).expect(409);
  }, 60_000);

  it('lists the scenarios and the last runs, the newest first', async () => {
    const { body } = await http().get('/performance/benchmark').set(asReader).expect(200);
    expect(body.scenarios).toContainEqual({ name: 'cached-read', description: expect.any(String) });
    expect((body.runs as Run[]).map(({ state }) => state)).toEqual(['cancelled', 'completed']);
  });

  it('refuses what it cannot do with a problem that says why', async () => {
    const refuse = (body: object) => http().post('/performance/benchmark').set(asAdmin).send(body);
    await refuse({ scenario: 'nonsense' }).expect(400);
    await refuse({ scenario: 'cached-read', parameters: { rows: 1 } }).expect(400);
    await refuse({ scenario: 'cached-read', parameters: { unknown: 1 } }).expect(400);
    await refuse({ scenario: 'cached-read', extra: 1 }).expect(400);
    await http().post('/performance/benchmark').set(asReader).send({ scenario: 'cached-read' }).expect(403);
    await http().get('/performance/benchmark/00000000').set(asReader).expect(404);
    await http().get('/performance/benchmark/nonsense').set(asReader).expect(400);
  });

  it('removes at its start what a killed run left, and nothing that only looks like it', async () => {
    await app.close();
    const left = 'performance-gateway: table of a benchmark run, dropped at its end or at the next start';
    await postgres.query('CREATE SCHEMA pgbench_dead');
    await postgres.query(`COMMENT ON SCHEMA pgbench_dead IS '${left}'`);
    await postgres.query('CREATE TABLE pgbench_dead.items (id int)');
    await postgres.query('CREATE SCHEMA pgbench_of_somebody_else');
    app = await startApp({ POSTGRES_URL: postgres.url });
    await eventually('the leftover is gone', async () => (await schemas()).length === 1);
    expect(await schemas()).toEqual([{ nspname: 'pgbench_of_somebody_else' }]);
    await postgres.query('DROP SCHEMA pgbench_of_somebody_else');
  });

  it('lets one copy at a time run on a database', async () => {
    const other = await startApp({ POSTGRES_URL: postgres.url });
    try {
      const { body } = await start(long).expect(202);
      const refused = await request(other.getHttpServer())
        .post('/performance/benchmark')
        .set(asAdmin)
        .send({ scenario: 'cached-read', parameters: small })
        .expect(409);
      expect(refused.body).toMatchObject({
        code: 'BENCHMARK_RUNNING',
        detail: expect.stringContaining((body as Run).id), // which it can follow there, too
      });
      await http()
        .delete(`/performance/benchmark/${(body as Run).id}`)
        .set(asAdmin)
        .expect(200);
    } finally {
      await other.close();
    }
  }, 60_000);

  it('ends with the service, its table dropped', async () => {
    const { body } = await start(long).expect(202);
    await eventually('the table is there', async () => (await get((body as Run).id)).progress.phase.includes('cache'));
    expect(await schemas()).toHaveLength(1);
    await app.close();
    expect(await schemas()).toEqual([]);
    app = await startApp({ POSTGRES_URL: postgres.url });
  }, 60_000);

  it('fails with a code when the database goes away, and the next run works', async () => {
    const { body } = await start(long).expect(202);
    await eventually('reads are under way', async () => (await get((body as Run).id)).progress.ratio > 0);
    await postgres.stop('immediate');
    const run = await eventually(
      'it has given up',
      async () => {
        const now = await get((body as Run).id);
        return now.state !== 'running' && now;
      },
      { timeoutMs: 60_000 },
    );
    // Whichever is first: a statement that fails, or the look at the health of the service, which stops the run.
    const code = expect.stringMatching(/^(POOL_|INTERNAL|BENCHMARK_ABORTED)/);
    expect(run).toMatchObject({ state: 'failed', error: { code } });
    await postgres.restart();
    const again = await eventually(
      'the pool is back',
      async () => {
        const response = await start(small, '?wait=true');
        return response.status === 200 ? (response.body as Run) : undefined;
      },
      { timeoutMs: 30_000 },
    );
    expect(again.state).toBe('completed');
    expect(await schemas()).toEqual([]);
  }, 120_000);

  it('counts the transactions of the database where the server does not count statements', async () => {
    const plain = await PostgresServer.start({ shared_preload_libraries: '' });
    const other = await startApp({ POSTGRES_URL: plain.url });
    try {
      const { body } = await request(other.getHttpServer())
        .post('/performance/benchmark?wait=true')
        .set(asAdmin)
        .send({ scenario: 'cached-read', parameters: small })
        .expect(200);
      const { withoutCache, withCache } = (body as Run).phases;
      expect(withoutCache!.details.countedBy).toBe('pg_stat_database');
      expect(withoutCache!.details.queries).toBeGreaterThanOrEqual(small.reads);
      // Probes and the counting itself are in it, but nothing like a second phase.
      expect(withoutCache!.details.queries).toBeLessThan(small.reads * 1.1);
      expect(withCache!.details.queries).toBeLessThan(small.reads);
    } finally {
      await other.close();
      await plain.close();
    }
  }, 90_000);

  it('counts each run for itself, and leaves no extension in a database that had none', async () => {
    await postgres.query('DROP EXTENSION IF EXISTS pg_stat_statements');
    for (const attempt of [1, 2]) {
      const { body } = await start({ ...small, seed: attempt }, '?wait=true').expect(200);
      expect((body as Run).phases.withoutCache!.details.queries).toBe(small.reads); // of this run, not of an earlier one
    }
    expect(await postgres.query(`SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'`)).toEqual([]);
  });

  it('is off when BENCHMARK_ENABLED is false', async () => {
    const off = await startApp({ POSTGRES_URL: postgres.url, BENCHMARK_ENABLED: 'false' });
    try {
      const { body } = await request(off.getHttpServer())
        .post('/performance/benchmark')
        .set(asAdmin)
        .send({ scenario: 'cached-read' })
        .expect(403);
      expect(body).toMatchObject({ code: 'BENCHMARK_DISABLED' });
    } finally {
      await off.close();
    }
  });
});
