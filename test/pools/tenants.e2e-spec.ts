import { Test, type TestingModule } from '@nestjs/testing';
import { PoolRegistry, Pools, PoolsModule, type PostgresPool, type TenantOptionsFunction } from '../../src/pools';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { PostgresServer } from '../support/postgres-server';

const TENANTS = ['acme', 'bolt', 'core', 'dune'];

const databaseOf = (pool: PostgresPool): Promise<string> =>
  pool.query<{ name: string }>('SELECT current_database() AS name').then(({ rows }) => rows[0]!.name);

describe('pools of tenants', () => {
  let server: PostgresServer;
  let host: TestingModule | undefined;
  let asked: string[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
    for (const name of TENANTS) await server.query(`CREATE DATABASE ${name}`);
  });
  afterEach(async () => {
    await host?.close();
    host = undefined;
    asked = [];
  });
  afterAll(() => server.close());

  const urlOf = (tenant: string) => server.url.replace(/\/[^/?]*(\?|$)/, `/${tenant}$1`);
  const twoEach: TenantOptionsFunction = (tenant) => {
    asked.push(tenant);
    return { url: urlOf(tenant), max: 2 };
  };

  async function start({ options = twoEach, maxConnections = 4, idleMs = 60_000 } = {}): Promise<Pools> {
    const tenants = { options, maxConnections, idleMs };
    const module = PoolsModule.forRoot({ postgres: { tenants }, acquireTimeoutMs: 5_000, drainTimeoutMs: 500 });
    host = await Test.createTestingModule({ imports: [module] }).compile();
    await host.init();
    return host.get(Pools);
  }

  it('are made when they are used, once for callers at the same time, and count as one pool', async () => {
    const { tenants } = await start();
    const all = await Promise.all(['acme', 'bolt', 'acme'].map((tenant) => tenants.use(tenant, databaseOf)));
    expect(all).toEqual(['acme', 'bolt', 'acme']);
    expect(asked).toEqual(['acme', 'bolt']);
    expect(tenants.list().map(({ tenant, max }) => [tenant, max])).toEqual(
      expect.arrayContaining([
        ['acme', 2],
        ['bolt', 2],
      ]),
    );
    const figures = host!.get(PoolRegistry).get('tenants').stats();
    expect(figures).toMatchObject({ kind: 'postgres', health: { state: 'up' }, max: 4, inUse: 0, acquired: 3 });
  });

  it('end the one that was unused for longest, and wait for one that is in use', async () => {
    const { tenants } = await start();
    for (const tenant of ['acme', 'bolt', 'core', 'acme']) expect(await tenants.use(tenant, databaseOf)).toBe(tenant);
    expect(asked).toEqual(['acme', 'bolt', 'core', 'acme']);
    const free = Promise.withResolvers<void>();
    const held = ['acme', 'core'].map((tenant) => tenants.use(tenant, () => free.promise));
    await expect(tenants.use('dune', databaseOf, { acquireTimeoutMs: 50 })).rejects.toThrow(
      /Pool "tenants" had no connection.*raise PoolsModule.forRoot\({ postgres: { tenants: { maxConnections } } }\)/s,
    );
    const waiting = tenants.use('dune', databaseOf);
    free.resolve();
    await Promise.all(held);
    expect(await waiting).toBe('dune');
  });

  it('never open more together than they may, whoever uses them', async () => {
    const { tenants } = await start();
    let most = 0;
    const callers = Array.from({ length: 60 }, (_, index) => TENANTS[index % TENANTS.length]!);
    const names = await Promise.all(
      callers.map((tenant) =>
        tenants.use(tenant, async (postgres) => {
          const { inUse, idle, connecting } = tenants.stats();
          most = Math.max(most, inUse + idle + connecting);
          return await databaseOf(postgres);
        }),
      ),
    );
    expect(names).toEqual(callers);
    expect(most).toBeLessThanOrEqual(4);
    expect(tenants.list().reduce((sum, { max }) => sum + max, 0)).toBeLessThanOrEqual(4);
  });

  it('end when they are unused, or when they are told to, which asks for the options anew', async () => {
    const { tenants } = await start({ idleMs: 100 });
    await tenants.use('acme', databaseOf);
    await eventually('it has ended', () => tenants.list().length === 0 && tenants.stats().idle === 0);
    const free = Promise.withResolvers<void>();
    const held = tenants.use('acme', async (postgres) => {
      await free.promise;
      return await databaseOf(postgres);
    });
    const ended = tenants.end('acme');
    free.resolve();
    expect(await held).toBe('acme');
    await ended;
    await tenants.use('acme', databaseOf);
    expect(asked).toEqual(['acme', 'acme', 'acme']);
  });

  it('fail apart, and say what is wrong with the options of one', async () => {
    const nowhere = `postgres://127.0.0.1:${await freePort()}/x`;
    const { tenants } = await start({
      options: (tenant) =>
        tenant === 'away'
          ? { url: nowhere, rideOutMs: 50, connectTimeoutMs: 200 }
          : tenant === 'odd'
            ? { max: 9 }
            : twoEach(tenant),
      maxConnections: 8,
    });
    await expect(tenants.use('odd', databaseOf)).rejects.toThrow(
      /postgres\.tenants\.options\('odd'\): url is missing[^]*max must be at most 8/,
    );
    await expect(tenants.use('', databaseOf)).rejects.toThrow('a tenant is a text of 1 to 200 characters');
    const away = tenants.use('away', (postgres) => postgres.query('SELECT 1', [], { acquireTimeoutMs: 200 }));
    await expect(away).rejects.toThrow(/"tenants:away"/);
    expect(await tenants.use('acme', databaseOf)).toBe('acme');
    await eventually('it is told', () => tenants.state === 'degraded');
  });

  it('are refused without the option that names them', async () => {
    host = await Test.createTestingModule({ imports: [PoolsModule.forRoot({})] }).compile();
    await host.init();
    await expect(host.get(Pools).tenants.use('acme', databaseOf)).rejects.toThrow(
      'Pool "tenants" is not configured: set PoolsModule.forRoot({ postgres: { tenants: { options } } }).',
    );
    expect(host.get(PoolRegistry).all().map(({ name }) => name)).toEqual(['postgres', 'redis', 'http', 'qdrant']); // prettier-ignore
  });
});
