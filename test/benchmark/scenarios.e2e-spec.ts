import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { startApp } from '../support/app';
import { HttpUpstreamServer } from '../support/http-upstream';
import { PostgresServer } from '../support/postgres-server';
import { QdrantServer } from '../support/qdrant-server';
import { RedisServer } from '../support/redis-server';
import { asAdmin, asReader } from '../support/test-config';

interface Phase {
  operations: number;
  latency: Record<string, number>;
  details: Record<string, number>;
}
interface Run {
  id: string;
  state: string;
  phases: Record<string, Phase>;
  estimates: Record<string, { value: number; low: number; high: number } | number | null>;
  verdict: string;
  invalid?: string;
}

const quick = { callers: 4, durationSeconds: 0.5, warmUpSeconds: 0, rounds: 4 };

describe('the scenarios of cache and pools', () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  let upstream: HttpUpstreamServer;
  let qdrant: QdrantServer;
  let app: NestExpressApplication;
  const paths: string[] = [];
  const post = (scenario: string, parameters: object) =>
    request(app.getHttpServer()).post('/performance/benchmark?wait=true').set(asAdmin).send({ scenario, parameters });
  const run = async (scenario: string, parameters: object) => {
    const { body } = await post(scenario, parameters).expect(200);
    expect(body).toMatchObject({ scenario, state: 'completed' });
    return body as Run;
  };

  beforeAll(async () => {
    upstream = await HttpUpstreamServer.start((incoming, response) => {
      paths.push(incoming.url!);
      response.statusCode = incoming.url!.endsWith('broken') ? 500 : 200;
      response.end('ok');
    });
    [postgres, redis, qdrant] = await Promise.all([PostgresServer.start(), RedisServer.start(), QdrantServer.start()]);
    app = await startApp({
      POSTGRES_URL: postgres.url,
      REDIS_URL: redis.url,
      HTTP_UPSTREAMS: `shop=${upstream.url}/base`,
      QDRANT_URL: qdrant.url,
    });
  });
  afterAll(async () => {
    await app?.close();
    await Promise.all([postgres?.close(), redis?.close(), upstream?.close(), qdrant?.close()]);
  });

  it.each([
    ['postgres', { statement: 'by-key', rows: 200 }],
    ['postgres', { statement: 'select-1', against: 'connect' }],
    ['redis', { command: 'get', keys: 50 }],
    ['redis', { command: 'set', valueBytes: 10_000, against: 'connect' }],
    ['http', { path: '/items?page=1' }],
    ['http', { against: 'connect' }],
    ['qdrant', { points: 50, dimensions: 8 }],
  ])('%s compares the pool with the driver: %j', async (scenario, rest) => {
    const { phases, estimates, verdict, invalid } = await run(scenario, { ...quick, ...rest });
    expect(invalid).toBeUndefined();
    const { withoutPool, throughPool } = phases;
    expect(withoutPool!.operations).toBeGreaterThan(0);
    expect(throughPool!.operations).toBeGreaterThan(0);
    expect(throughPool!.details.cpuMsPerRequest).toBeGreaterThan(0);
    const { value, low, high } = estimates.latencyRatio as { value: number; low: number; high: number };
    expect(low).toBeLessThanOrEqual(value);
    expect(value).toBeLessThanOrEqual(high);
    const decided = low > 1 ? 'slower' : high < 1 ? 'quicker' : 'undecided';
    expect(verdict).toMatch(new RegExp(`^${decided}: through the pool an operation takes`));
    // Those of the service itself are among them.
    const { statements } = throughPool!.details;
    if (scenario === 'postgres') expect(statements).toBeGreaterThanOrEqual(throughPool!.operations);
  });

  it('leaves nothing behind', async () => {
    expect(await postgres.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgbench%'`)).toEqual([]);
    expect(qdrant.collectionNames()).toEqual([]);
    expect(paths).toContain('/base/items?page=1');
  });

  it('gives no verdict where operations fail, and says which way', async () => {
    const { phases, verdict, invalid } = await run('http', { ...quick, path: '/broken' });
    expect(invalid).toMatch(/^invalid: 100\.0 % of the operations failed \(.*status500/);
    expect(verdict).toBe(`No verdict: ${invalid}.`);
    expect(phases.withoutPool!.details['failed:status500']).toBe(phases.withoutPool!.operations);
  });

  it('measures each case of the cache with each size', async () => {
    const cases = ['hit', 'redis-hit', 'miss', 'set', 'stampede'];
    const { phases } = await run('cache', {
      cases,
      valueBytes: [100, 100_000],
      callers: 2,
      durationSeconds: 0.5,
      warmUpSeconds: 0,
      redis: true,
      stampedeCallers: 20,
      loadMs: 2,
    });
    expect(Object.keys(phases)).toEqual([100, 100_000].flatMap((bytes) => cases.map((name) => `${name} ${bytes} B`)));
    const of = (name: string) => phases[name]!;
    for (const bytes of [100, 100_000]) {
      expect(of(`hit ${bytes} B`).details).toMatchObject({ loads: 0, cacheMisses: 0, errorShare: 0 });
      expect(of(`redis-hit ${bytes} B`).details.loads).toBe(0);
      expect(of(`miss ${bytes} B`).details.loads).toBe(of(`miss ${bytes} B`).operations);
      expect(of(`stampede ${bytes} B`).details.loads).toBe(of(`stampede ${bytes} B`).operations);
    }
  });

  it('does all of it at once, in the proportions that were asked for', async () => {
    const weights = { cache: 4, postgres: 2, redis: 2, http: 1, qdrant: 1 };
    const { phases } = await run('mixed', { weights, rows: 200, callers: 8, durationSeconds: 1, warmUpSeconds: 0 });
    const all = phases.mixed!.operations;
    const kinds = Object.entries(weights).map(([kind, weight]) => [phases[kind]!.operations, (weight / 10) * all]);
    expect(kinds.reduce((sum, [count]) => sum + count!, 0)).toBe(all);
    // Four deviations of a binomial count, which a seed that is as unlucky as one in 15,000 would exceed.
    for (const [count, expected] of kinds) expect(Math.abs(count! - expected!)).toBeLessThan(4 * Math.sqrt(expected!));
  });

  it.each([
    ['cache', { valueBytes: [99] }, 'parameters.valueBytes.0'],
    ['cache', { cases: ['hit', 'hit'] }, 'parameters.cases'],
    ['postgres', { callers: 1_000 }, 'parameters.callers'],
    ['redis', { command: 'flushall' }, 'parameters.command'],
    ['mixed', { weights: { cache: 0, postgres: 0 } }, 'parameters.weights'],
    ['mixed', { weights: { mongo: 1 } }, 'parameters.weights.mongo'],
    ['nonsense', {}, 'scenario'],
  ])('refuses %s with %j, and names the field', async (scenario, parameters, field) => {
    const { body } = await post(scenario, parameters).expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ in: 'body', field }] });
  });

  it('refuses an upstream that is none', async () => {
    const { body } = await post('http', { upstream: 'elsewhere' }).expect(422);
    expect(body.detail).toBe('"elsewhere" is no upstream: it is one of shop.');
  });

  it('says of each scenario what it takes, with types, bounds and defaults', async () => {
    const { body } = await request(app.getHttpServer()).get('/performance/benchmark/scenarios').set(asReader);
    const names = ['cache', 'cached-read', 'endpoint', 'http', 'mixed', 'postgres', 'qdrant', 'redis'];
    expect(body.scenarios.map((one: { name: string }) => one.name)).toEqual(names);
    for (const { parameters, runnable } of body.scenarios) {
      expect(runnable).toBe(true);
      for (const schema of Object.values<Record<string, unknown>>(parameters.properties)) {
        const bounded = ['maximum', 'enum', 'const', 'pattern', 'maxItems', 'properties', 'oneOf'].some(
          (one) => one in schema,
        );
        expect(bounded || schema.type === 'boolean').toBe(true);
      }
    }
  });
});

describe('the scenarios where nothing is configured', () => {
  it('say what to set', async () => {
    const app = await startApp({ EMBEDDED_POSTGRES: 'false' });
    try {
      const http = request(app.getHttpServer());
      const { body } = await http.get('/performance/benchmark/scenarios').set(asReader);
      const remedies = Object.fromEntries(
        body.scenarios.map(({ name, remedy }: { name: string; remedy?: string }) => [name, remedy ?? '']),
      );
      for (const [name, variable] of [
        ['postgres', 'POSTGRES_URL'],
        ['redis', 'REDIS_URL'],
        ['http', 'HTTP_UPSTREAMS'],
        ['qdrant', 'QDRANT_URL'],
      ] as const) {
        expect(remedies[name]).toContain(variable);
        const refused = await request(app.getHttpServer())
          .post('/performance/benchmark')
          .set(asAdmin)
          .send({ scenario: name })
          .expect(503);
        expect(refused.body).toMatchObject({ code: 'BENCHMARK_REQUIREMENT_MISSING', detail: remedies[name] });
      }
      for (const [scenario, parameters] of [
        ['cache', { cases: ['redis-hit'] }],
        ['mixed', { weights: { redis: 1, postgres: 0 } }],
      ] as const) {
        const refused = await request(app.getHttpServer())
          .post('/performance/benchmark')
          .set(asAdmin)
          .send({ scenario, parameters })
          .expect(503);
        expect(refused.body.detail).toContain('REDIS_URL');
      }
    } finally {
      await app.close();
    }
  });
});
