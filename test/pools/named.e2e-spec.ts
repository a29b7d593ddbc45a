import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  InjectPool,
  PoolRegistry,
  Pools,
  PoolsModule,
  type PoolsModuleOptions,
  poolToken,
  type PostgresPool,
  type RedisPool,
  Transactional,
} from '../../src/pools';
import { Readiness } from '../../src/health/readiness';
import { asAdmin, asReader } from '../support/test-config';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { PostgresServer } from '../support/postgres-server';
import { QdrantServer } from '../support/qdrant-server';
import { RedisServer } from '../support/redis-server';

@Injectable()
class Reports {
  constructor(
    @InjectPool('reports') readonly postgres: PostgresPool,
    @InjectPool('sessions') readonly redis: RedisPool,
    @InjectPool('http') readonly http: unknown,
    private readonly pools: Pools,
  ) {}

  @Transactional({ pool: 'reports' })
  async addTwiceAndFail(): Promise<void> {
    await this.pools.postgres('reports').query('INSERT INTO marks VALUES (1)');
    throw new Error('after the first');
  }
}

const databaseOf = async (pool: PostgresPool) =>
  (await pool.query<{ name: string }>('SELECT current_database() AS name')).rows[0]!.name;

const problemsOf = async (given: PoolsModuleOptions) =>
  await Test.createTestingModule({ imports: [PoolsModule.forRoot(given)] })
    .compile()
    .then(
      () => 'none',
      (error: Error) => error.message,
    );

describe('pools with names of their own', () => {
  let database: PostgresServer;
  let redis: RedisServer;
  let qdrant: QdrantServer;
  let urls: { readonly app: string; readonly reports: string; readonly redis: string; readonly qdrant: string };
  let host: TestingModule | undefined;

  beforeAll(async () => {
    [database, redis, qdrant] = await Promise.all([PostgresServer.start(), RedisServer.start(), QdrantServer.start()]);
    await database.query('CREATE DATABASE reports');
    const reports = new URL(database.url);
    reports.pathname = '/reports';
    urls = { app: database.url, reports: reports.href, redis: `redis://127.0.0.1:${redis.port}`, qdrant: qdrant.url };
  });
  afterEach(async () => {
    await host?.close();
    host = undefined;
  });
  afterAll(async () => {
    await Promise.all([database.close(), redis.close(), qdrant.close()]);
  });

  const options = (): PoolsModuleOptions => ({
    postgres: { url: urls.app, min: 1, max: 3, named: { reports: { url: urls.reports, min: 0, max: 2 } } },
    redis: { url: urls.redis, named: { sessions: { url: `${urls.redis}/3`, maxConnections: 4 } } },
    qdrant: { named: { archive: { url: urls.qdrant, maxConnections: 2 } } },
  });

  async function start(module = PoolsModule.forRoot(options())): Promise<TestingModule> {
    host = await Test.createTestingModule({ imports: [module], providers: [Reports] }).compile();
    return await host.init();
  }

  it('are asked for by calling the pool of their kind, which stays what it was', async () => {
    const pools = (await start()).get(Pools);
    expect(await databaseOf(pools.postgres('reports'))).toBe('reports');
    expect(await databaseOf(pools.postgres)).toBe(new URL(urls.app).pathname.slice(1));
    expect(await databaseOf(pools.postgres('postgres'))).toBe(new URL(urls.app).pathname.slice(1));
    await pools.redis('sessions').client.set('of-sessions', '1');
    expect(await pools.redis.client.get('of-sessions')).toBeNull();
    expect(await pools.redis('sessions').client.get('of-sessions')).toBe('1');
    expect(pools.qdrant.state).toBe('not_configured');
    expect(await pools.qdrant('archive').use((client) => client.getCollections())).toEqual({ collections: [] });
    expect([pools.postgres.name, pools.redis.kind, typeof pools.postgres.driverFacade.query]).toEqual([
      'postgres',
      'redis',
      'function',
    ]);
    expect(() => pools.postgres('reprots')).toThrow('No pool is named "reprots"; there are: postgres, reports.');
  });

  it('name their own option when a query takes too long', async () => {
    const pools = (await start()).get(Pools);
    const slow = { timeoutMs: 50 };
    const named = pools.postgres('reports').query('SELECT pg_sleep(10)', [], slow);
    await expect(named).rejects.toThrow('postgres: { named: { reports: { queryTimeoutMs } } }');
    await expect(pools.postgres.query('SELECT pg_sleep(10)', [], slow)).rejects.toThrow('postgres: { queryTimeoutMs }');
  });

  it('are injected by name, also where the options come later', async () => {
    const later = PoolsModule.forRootAsync({ names: ['reports', 'sessions'], useFactory: options });
    const { postgres, redis: sessions, http } = (await start(later)).get(Reports);
    expect(await databaseOf(postgres)).toBe('reports');
    expect(sessions.name).toBe('sessions');
    expect(http).toBe(host!.get(Pools).http);
    expect(host!.get(poolToken('reports'))).toBe(postgres);
  });

  it('take part in a transaction of their own by @Transactional()', async () => {
    const reports = (await start()).get(Reports);
    await reports.postgres.query('CREATE TABLE IF NOT EXISTS marks (id int)');
    await expect(reports.addTwiceAndFail()).rejects.toThrow('after the first');
    expect((await reports.postgres.query('SELECT * FROM marks')).rows).toEqual([]);
  });

  it('have limits, figures and names in errors of their own', async () => {
    const pools = (await start()).get(Pools);
    const reports = pools.postgres('reports');
    await using one = await reports.acquire();
    await using two = await reports.acquire();
    const refused = await reports.acquire({ acquireTimeoutMs: 20 }).catch((error: Error) => error.message);
    expect(refused).toMatch(/^Pool "reports" had no connection.*raise PoolsModule.forRoot\({ postgres: { named: { reports: { max } } } }\)/s); // prettier-ignore
    expect(await databaseOf(pools.postgres)).toBeTruthy();
    const figures = host!.get(PoolRegistry).stats().map(({ name, kind, max, inUse, timeouts }) => ({ name, kind, max, inUse, timeouts })); // prettier-ignore
    expect(figures).toMatchObject([
      { name: 'postgres', max: 3, inUse: 0, timeouts: 0 },
      { name: 'redis', max: 20 },
      { name: 'http' },
      { name: 'qdrant' },
      { name: 'reports', kind: 'postgres', max: 2, inUse: 2, timeouts: 1 },
      { name: 'sessions', kind: 'redis', max: 4 },
      { name: 'archive', kind: 'qdrant', max: 2 },
    ]);
    void [one, two];
  });

  it('fail apart: one that is down takes nothing from the others', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const module = PoolsModule.forRoot({
      ...options(),
      redis: { url: urls.redis, named: { sessions: { url, probeIntervalMs: 50 } } },
    });
    const pools = (await start(module)).get(Pools);
    await eventually('the other Redis is down', () => pools.redis('sessions').state === 'down');
    const reason = await pools
      .redis('sessions')
      .client.get('x')
      .catch((error: Error) => error.message);
    expect(reason).toMatch(/sessions/);
    expect(pools.redis.state).toBe('up');
    expect(await pools.redis.client.ping()).toBe('PONG');
  });

  it('are refused at the start without a URL, with a name that is taken, or one that cannot be', () => {
    return Promise.all([
      expect(problemsOf({ postgres: { named: { reports: { max: 0 } } } })).resolves.toMatch(
        /postgres\.named\.reports\.url is missing[^]*postgres\.named\.reports\.max must be a whole number from 1 to 1000, not 0/,
      ),
      expect(
        problemsOf({ postgres: { named: { a: { url: urls.app } } }, redis: { named: { a: { url: urls.redis } } } }),
      ).resolves.toMatch('redis.named.a must have a name of its own, postgres.named.a has it'),
      expect(problemsOf({ qdrant: { named: { http: { url: urls.qdrant } } } })).resolves.toMatch(
        'qdrant.named.http must have a name of its own, the pool http has it',
      ),
      expect(problemsOf({ redis: { named: { 'Big One': {} } } })).resolves.toMatch(
        "redis.named must be called by names of small letters and digits, with dashes in between, that begin with a letter, not 'Big One'",
      ),
    ]);
  });

  it('of the service come from variables, and are in its health, its routes and its metrics', async () => {
    const app = await startApp({
      POSTGRES_NAMED: 'reports',
      POSTGRES_REPORTS_URL: urls.reports,
      POSTGRES_REPORTS_MAX_SIZE: '2',
      REDIS_NAMED: 'user-sessions',
      REDIS_USER_SESSIONS_URL: urls.redis,
      READINESS_REQUIRES: 'reports',
    });
    try {
      const get = async (path: string, headers: Record<string, string> = asReader) => {
        const answer = await fetch(`${await app.getUrl()}${path}`, { headers });
        return [answer.status, await answer.text()] as const;
      };
      const [status, pool] = await get('/performance/pools/reports');
      expect([status, JSON.parse(pool)]).toEqual([
        200,
        expect.objectContaining({ name: 'reports', kind: 'postgres', state: 'up', min: 2, max: 2 }),
      ]);
      const [, health] = await get('/performance/health');
      expect(JSON.parse(health)).toMatchObject({
        checks: { postgres: { status: 'not_configured' }, 'pool:reports': { status: 'up' }, 'pool:user-sessions': { status: 'up' } }, // prettier-ignore
      });
      const [, metrics] = await get('/metrics');
      expect(metrics).toMatch(/db_client_connection_max\{db_client_connection_pool_name="user-sessions"\} 20/);
      const { checks } = await app.get(Readiness).check('required');
      expect(checks).toMatchObject({ reports: { state: 'up', required: true } });
      const resized = await fetch(`${await app.getUrl()}/performance/pools/reports`, {
        method: 'PATCH',
        headers: { ...asAdmin, 'content-type': 'application/json' },
        body: JSON.stringify({ min: 0, max: 1 }),
      });
      expect([resized.status, app.get(Pools).postgres('reports').stats().max]).toEqual([200, 1]);
      const reports = app.get(Pools).postgres('reports');
      await using held = await reports.acquire();
      const refused = await reports.acquire({ acquireTimeoutMs: 20 }).catch((error: Error) => error.message);
      expect(refused).toMatch('raise POSTGRES_REPORTS_MAX_SIZE (postgres.named.reports.max)');
      void held;
    } finally {
      await app.close();
    }
  });
});
