import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { Pools } from '../../src/pools/pools.service';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { asAdmin, asReader } from '../support/test-config';

describe('/performance/pools', () => {
  let server: PostgresServer;
  let app: NestExpressApplication;
  beforeAll(async () => {
    server = await PostgresServer.start();
    app = await startApp({ POSTGRES_URL: server.url, POSTGRES_MIN_SIZE: '2', POSTGRES_MAX_SIZE: '3' });
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });
  const http = () => request(app.getHttpServer());

  it('shows what the pools do', async () => {
    const pools = app.get(Pools);
    await using lease = await pools.postgres.acquire();
    await lease.query('SELECT 1');
    // The service itself uses the pool now and then: only this lease is out when it does not.
    const { all, postgres } = await eventually('nobody else uses the pool', async () => {
      const { body } = await http().get('/performance/pools').set(asReader).expect(200);
      const found = body.find(({ name }: { name: string }) => name === 'postgres');
      return found.inUse === 1 ? { all: body, postgres: found } : undefined;
    });
    expect(postgres).toMatchObject({
      kind: 'postgres',
      state: 'up',
      lastError: null,
      breaker: 'closed',
      min: 2,
      max: 3,
      inUse: 1,
      endpoints: [{ name: `127.0.0.1:${server.port}`, state: 'up', inUse: 1 }],
    });
    expect(postgres.idle).toBeGreaterThanOrEqual(1);
    expect(postgres.created).toBe(postgres.inUse + postgres.idle);
    expect(postgres.acquired).toBe(postgres.released + 1);
    const one = await http().get('/performance/pools/postgres').set(asReader).expect(200);
    expect(one.body.connect.count).toBe(one.body.created);
    expect(JSON.stringify(all)).not.toContain(new URL(server.url).password);
  });

  it('shows what each statement has cost, without its values', async () => {
    const { postgres } = app.get(Pools);
    for (const name of ['Ann', 'Bob']) await postgres.query(`SELECT '${name}' AS seen_by_http`);
    const path = '/performance/pools/postgres/statements';
    const { body } = await http().get(path).query({ sort: 'calls', limit: 500 }).set(asReader).expect(200);
    expect(body).toMatchObject({ pool: 'postgres', max: 500, forgottenCalls: 0, known: body.statements.length });
    expect(body.statements).toContainEqual({
      text: 'SELECT ? AS seen_by_http',
      calls: 2,
      rows: 2,
      errors: 0,
      totalMs: expect.any(Number),
      meanMs: expect.any(Number),
      p95Ms: expect.any(Number),
      p99Ms: expect.any(Number),
      maxMs: expect.any(Number),
    });
    const calls = body.statements.map((statement: { calls: number }) => statement.calls);
    expect(calls).toEqual(calls.toSorted((a: number, b: number) => b - a));
    const first = await http().get(path).query({ sort: 'calls', limit: 1 }).set(asReader).expect(200);
    expect(first.body.statements.map(({ text }: { text: string }) => text)).toEqual([body.statements[0].text]);
    expect(JSON.stringify(body)).not.toContain('Ann');
  });

  it('has no statements of pools without SQL, nor for arguments that are wrong', async () => {
    const { body } = await http().get('/performance/pools/redis/statements').set(asReader).expect(404);
    expect(body.code).toBe('POOL_WITHOUT_STATEMENTS');
    await http().get('/performance/pools/nope/statements').set(asReader).expect(404);
    for (const query of ['sort=text', 'limit=0', 'limit=x', 'by=calls']) {
      await http().get(`/performance/pools/postgres/statements?${query}`).set(asReader).expect(400);
    }
    await http().get('/performance/pools/postgres/statements').expect(401);
  });

  it('answers 404 for a pool there is not', async () => {
    const { body } = await http().get('/performance/pools/nope').set(asReader).expect(404);
    expect(body.code).toBe('POOL_UNKNOWN');
  });

  it('raises and lowers limits while running, for admins only', async () => {
    await http().patch('/performance/pools/postgres').set(asReader).send({ max: 5 }).expect(403);
    const raised = await http().patch('/performance/pools/postgres').set(asAdmin).send({ min: 4, max: 5 }).expect(200);
    expect(raised.body).toMatchObject({ min: 4, max: 5 });
    const size = async () => {
      const { body } = await http().get('/performance/pools/postgres').set(asReader);
      return body.inUse + body.idle;
    };
    await eventually('four connections are open', async () => (await size()) === 4);
    await http().patch('/performance/pools/postgres').set(asAdmin).send({ min: 1, max: 1 }).expect(200);
    await eventually('one connection is open', async () => (await size()) === 1);
  });

  it.each([{}, { max: 0 }, { min: -1 }, { max: '5' }, { maximum: 5 }, { max: 1.5 }])('refuses %j', async (body) => {
    await http()
      .patch('/performance/pools/postgres')
      .set(asAdmin)
      .send(body)
      .expect(({ status }) => {
        expect([400, 422]).toContain(status);
      });
  });

  it('refuses a min above the max', async () => {
    const { body } = await http()
      .patch('/performance/pools/postgres')
      .set(asAdmin)
      .send({ min: 9, max: 3 })
      .expect(422);
    expect(body.code).toBe('POOL_LIMITS_INVALID');
  });
});
