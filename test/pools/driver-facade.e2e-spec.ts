import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Pool as PgPool, type PoolClient, type QueryResult } from 'pg';
import { type PoolLeak, poolLeaks } from '../../src/pools/pool-channels';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { eventually } from '../support/eventually';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { cursorOf } from '../support/pg-streams';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
  await server.query('CREATE TABLE thing (id int PRIMARY KEY)');
});
afterAll(() => server.close());
beforeEach(() => server.query('TRUNCATE thing'));

/** What code written for pg's pool relies on holds for pg's own and for ours. */
describe.each(['pg.Pool', 'driverFacade'])('%s', (which) => {
  noUnhandledRejections();
  let managed: PostgresPool;
  let pool: PgPool;
  beforeEach(async () => {
    managed = await postgresPool(server.url, { postgres: { min: 0, max: 2 } });
    pool = which === 'pg.Pool' ? new PgPool({ connectionString: server.url, max: 2 }) : managed.driverFacade;
  });
  afterEach(async () => {
    await pool.end();
    await managed.drain(1_000);
  });

  it('is what libraries ask for: an instance of the class, or of one of its name', () => {
    expect(pool).toBeInstanceOf(PgPool);
    expect(Object.getPrototypeOf(pool).constructor.name).toContain('Pool');
    expect(pool.options.max).toBe(2);
    expect([pool.ending, pool.ended]).toEqual([false, false]);
  });

  it('answers queries by promise and by callback, with values and without', async () => {
    const called = (...parameters: unknown[]) =>
      new Promise<QueryResult>((resolve, reject) => {
        (pool.query as (...all: unknown[]) => void)(...parameters, (error: unknown, result: QueryResult) =>
          error ? reject(error as Error) : resolve(result),
        );
      });
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    expect((await pool.query({ text: 'SELECT $1::int AS n', values: [2], rowMode: 'array' })).rows).toEqual([[2]]);
    expect((await called('SELECT 3 AS n')).rows).toEqual([{ n: 3 }]);
    expect((await called('SELECT $1::int AS n', [4])).rows).toEqual([{ n: 4 }]);
    expect((await called({ text: 'SELECT 5 AS n' })).rows).toEqual([{ n: 5 }]);
    await expect(called('SELEC')).rejects.toMatchObject({ code: '42601' });
    await expect(pool.query('SELEC')).rejects.toMatchObject({ code: '42601' });
    await expect(called()).rejects.toThrow('query'); // the callback stands where the statement should
  });

  it('lends a client by promise and by callback, and takes it back once', async () => {
    const client = await pool.connect();
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 0, 0]);
    client.release();
    expect(() => client.release()).toThrow();
    const lent = await new Promise<PoolClient>((resolve, reject) => {
      pool.connect((error, given, release) => {
        if (error) return reject(error);
        given!.query('SELECT 1', () => {
          release();
          resolve(given!);
        });
      });
    });
    expect(lent).toBeDefined();
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });

  it('counts who waits', async () => {
    const clients = [await pool.connect(), await pool.connect()];
    const third = pool.connect();
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([2, 0, 1]);
    for (const client of clients) client.release();
    (await third).release();
    await eventually('all are back', () => pool.idleCount === pool.totalCount && pool.waitingCount === 0);
  });

  it('closes a client that is released with an error', async () => {
    const pid = async () => (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
    const before = await pid();
    (await pool.connect()).release(true);
    expect(await pid()).not.toBe(before);
  });

  it('tells of its clients: connect, acquire, release, remove', async () => {
    const events: [name: string, client: unknown][] = [];
    pool.on('connect', (client) => events.push(['connect', client]));
    pool.on('acquire', (client) => events.push(['acquire', client]));
    pool.on('release', (_, client) => events.push(['release', client]));
    pool.on('remove', (client) => events.push(['remove', client]));
    const client = await pool.connect();
    client.release(true);
    await eventually('it is removed', () => events.length === 4);
    expect(events.map(([name]) => name)).toEqual(['connect', 'acquire', 'release', 'remove']);
    expect(events.every(([, told]) => told === client)).toBe(true);
    expect(pool.listeners('connect')).toHaveLength(1);
  });

  it('keeps for every client what a connect listener sets on its session', async () => {
    pool.on('connect', (client) => void client.query(`SET search_path TO pg_catalog`));
    for (let round = 0; round < 3; round++) {
      expect((await pool.query('SHOW search_path')).rows).toEqual([{ search_path: 'pg_catalog' }]);
    }
  });

  it('emits error for a connection that is lost while idle', async () => {
    const errors: unknown[] = [];
    pool.on('error', (error) => errors.push(error));
    await pool.query('SELECT 1');
    await server.killBackends();
    await eventually('it says so', () => errors.length > 0);
    expect(errors[0]).toBeInstanceOf(Error);
  });

  it('lets a client be listened to, once or until it is taken off', async () => {
    const client = await pool.connect();
    const heard: string[] = [];
    const once = () => heard.push('once');
    const off = () => heard.push('off');
    client.once('notice', once).on('notice', off).on('notice', () => heard.push('on')); // prettier-ignore
    expect(client.listenerCount('notice')).toBe(3);
    client.removeListener('notice', off);
    const notice = `DO $$ BEGIN RAISE NOTICE 'heard'; END $$`;
    await client.query(notice);
    await client.query(notice);
    expect(heard).toEqual(['once', 'on', 'on']);
    client.release();
  });

  it('keeps a transaction of a client together', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO thing VALUES (1)');
    await client.query('ROLLBACK');
    await client.query('BEGIN; INSERT INTO thing VALUES (2); COMMIT');
    client.release();
    expect((await pool.query('SELECT id FROM thing')).rows).toEqual([{ id: 2 }]);
  });
});

describe('what driverFacade cannot do as pg.Pool does', () => {
  noUnhandledRejections();
  let managed: PostgresPool;
  let pool: PgPool;
  beforeEach(async () => {
    managed = await postgresPool(server.url, { postgres: { min: 0, max: 1 } });
    pool = managed.driverFacade;
  });
  afterEach(() => managed.drain(1_000));

  it.each(['BEGIN', 'start transaction', '/* now */ COMMIT', 'ROLLBACK', 'BEGIN; INSERT INTO thing VALUES (1)'])(
    'refuses %j, whose next statement may run on another connection',
    async (text) => {
      await expect(pool.query(text)).rejects.toMatchObject({ code: 'POOL_TRANSACTION_CONTROL' });
      pool.on('connect', () => undefined);
      await expect(pool.query(text)).rejects.toMatchObject({ message: expect.stringContaining('connect()') });
    },
  );

  it('runs a text that begins and ends its transaction', async () => {
    await pool.query('BEGIN; INSERT INTO thing VALUES (1); COMMIT');
    expect((await pool.query('SELECT id FROM thing')).rows).toEqual([{ id: 1 }]);
  });

  it('gives nothing that another connection could be opened with', () => {
    expect(() => pool.options.host).toThrow(expect.objectContaining({ code: 'POOL_POSTGRES_USAGE' }));
    expect(() => ({ ...pool.options })).toThrow(/connect\(\)/);
  });

  it('refuses what would reach the next borrower of a client', async () => {
    const client = (await pool.connect()) as PoolClient & { end(): void };
    expect(() => client.setTypeParser(20, Number)).toThrow(expect.objectContaining({ code: 'POOL_POSTGRES_USAGE' }));
    expect(() => client.end()).toThrow(/release\(\)/);
    client.release();
  });

  it.each(['connect', 'query'] as const)('refuses a cursor for %s() without a client', async (event) => {
    if (event === 'connect') pool.on('connect', () => undefined);
    await expect(pool.query(cursorOf('SELECT 1') as never)).rejects.toMatchObject({ code: 'POOL_POSTGRES_USAGE' });
  });

  it('reports a leak with the line that took the client', async () => {
    const leaks: PoolLeak[] = [];
    const note = (leak: unknown) => void leaks.push(leak as PoolLeak);
    subscribe(poolLeaks.name, note);
    const leaking = await postgresPool(server.url, { postgres: { leakThresholdMs: 50, maintenanceIntervalMs: 20 } });
    try {
      const client = await leaking.driverFacade.connect();
      await eventually('the leak is reported', () => leaks.length === 1);
      expect(leaks[0]!.stack).toMatch(/driver-facade\.e2e-spec/);
      client.release();
    } finally {
      unsubscribe(poolLeaks.name, note);
      await leaking.drain(0);
    }
  });

  it('gives a connection back when a listener throws', async () => {
    pool.on('connect', () => {
      throw new Error('of a listener');
    });
    await expect(pool.connect()).rejects.toThrow('of a listener');
    expect(managed.stats().inUse).toBe(0);
  });
});
