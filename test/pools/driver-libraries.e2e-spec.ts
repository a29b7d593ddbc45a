import { EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { PrismaPg } from '@prisma/adapter-pg';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { knex } from 'knex';
import { Kysely, type PostgresCursorConstructor, PostgresDialect, sql as kyselySql } from 'kysely';
import * as pg from 'pg';
import { PgBoss } from 'pg-boss';
import { DataSource } from 'typeorm';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { eventually } from '../support/eventually';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

/** Real libraries on the pool, where they take a pg.Pool: what they roll back is gone, what they commit is there. */
describe('on driverFacade', () => {
  noUnhandledRejections();
  let server: PostgresServer;
  let managed: PostgresPool;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.query('CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)');
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.query('TRUNCATE account');
    await server.query('INSERT INTO account VALUES (1, 100), (2, 100)');
    managed = await postgresPool(server.url, { postgres: { min: 0, max: 4 } });
    pool = managed.driverFacade;
  });
  afterEach(async () => {
    try {
      await eventually('every library has given back what it took', () => managed.stats().inUse === 0);
    } finally {
      await managed.drain(1_000);
    }
  });

  const balances = async () =>
    (await server.query<{ balance: number }>('SELECT balance FROM account ORDER BY id')).map(({ balance }) => balance);
  const RICH = 'UPDATE account SET balance = balance + 1 WHERE id = 1';
  const POOR = 'UPDATE account SET balance = balance - 1 WHERE id = 2';

  it('drizzle: transactions are atomic, nested ones too', async () => {
    const db = drizzle({ client: pool });
    const failing = db.transaction(async (tx) => {
      await tx.execute(drizzleSql.raw(RICH));
      tx.rollback();
    });
    await expect(failing).rejects.toThrow();
    expect(await balances()).toEqual([100, 100]);
    await db.transaction(async (tx) => {
      await tx.execute(drizzleSql.raw(RICH));
      await tx.transaction(async (inner) => {
        await inner.execute(drizzleSql.raw(RICH));
        inner.rollback();
      }).catch(() => undefined); // prettier-ignore
      await tx.execute(drizzleSql.raw(POOR));
    });
    expect(await balances()).toEqual([101, 99]);
    expect((await db.execute<{ sum: string }>(drizzleSql`SELECT sum(balance) FROM account`)).rows).toEqual([
      { sum: '200' },
    ]);
  });

  it('kysely: transactions are atomic, and rows are streamed', async () => {
    const db = new Kysely<{ account: { id: number; balance: number } }>({
      dialect: new PostgresDialect({ pool, cursor: cursors() }),
    });
    const failing = db.transaction().execute(async (tx) => {
      await kyselySql.raw(RICH).execute(tx);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await balances()).toEqual([100, 100]);
    await db.transaction().execute(async (tx) => {
      await kyselySql.raw(RICH).execute(tx);
      await kyselySql.raw(POOR).execute(tx);
    });
    const streamed: number[] = [];
    for await (const { balance } of db.selectFrom('account').select('balance').orderBy('id').stream(1)) {
      streamed.push(balance);
    }
    expect(streamed).toEqual([101, 99]);
    for await (const row of db.selectFrom('account').selectAll().stream(1)) {
      expect(row.id).toBeGreaterThan(0);
      break; // with rows left
    }
    await db.destroy();
    expect(await balances()).toEqual([101, 99]);
  });

  it('knex: transactions are atomic, nested ones too', async () => {
    const db = knex({ client: 'pg', connectionPool: pool });
    const failing = db.transaction(async (tx) => {
      await tx.raw(RICH);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await balances()).toEqual([100, 100]);
    await db.transaction(async (tx) => {
      await tx.raw(RICH);
      await tx.transaction(async (inner) => {
        await inner.raw(RICH);
        throw new Error('inner');
      }).catch(() => undefined); // prettier-ignore
      await tx.raw(POOR);
    });
    expect(await balances()).toEqual([101, 99]);
    expect(await db('account').select('balance').orderBy('id')).toEqual([{ balance: 101 }, { balance: 99 }]);
    const outer = managed.transaction(async () => {
      await db.raw(RICH);
      throw new Error('rolled back');
    });
    await expect(outer).rejects.toThrow('rolled back');
    await db.destroy();
    expect(await balances()).toEqual([101, 99]);
  });

  it('TypeORM: transactions are atomic', async () => {
    const driver = { ...pg, defaults: pg.defaults, Pool: constructing(pool) };
    const db = await new DataSource({ type: 'postgres', driver, installExtensions: false }).initialize();
    const failing = db.transaction(async (manager) => {
      await manager.query(RICH);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await balances()).toEqual([100, 100]);
    await db.transaction(async (manager) => {
      await manager.query(RICH);
      await manager.query(POOR);
    });
    expect(await balances()).toEqual([101, 99]);
    await db.destroy();
  });

  it('MikroORM: transactions are atomic', async () => {
    const orm = await MikroORM.init({
      entities: [new EntitySchema({ name: 'account', properties: { id: { type: 'number', primary: true } } })],
      dbName: 'postgres',
      driverOptions: new PostgresDialect({ pool, cursor: cursors() }),
    });
    const failing = orm.em.transactional(async (em) => {
      await em.execute(RICH);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await balances()).toEqual([100, 100]);
    await orm.em.transactional(async (em) => {
      await em.execute(RICH);
      await em.execute(POOR);
    });
    expect(await balances()).toEqual([101, 99]);
    await orm.close();
  });

  it('@prisma/adapter-pg: uses this database and no other, and its transactions are atomic', async () => {
    const adapter = await new PrismaPg(pool).connect();
    const where = await adapter.queryRaw(command('SELECT inet_server_port()'));
    expect(where.rows).toEqual([[server.port]]);
    const failing = await adapter.startTransaction('SERIALIZABLE');
    await failing.executeRaw(command(RICH));
    await failing.executeRaw(command('ROLLBACK'));
    await failing.rollback();
    expect(await balances()).toEqual([100, 100]);
    const tx = await adapter.startTransaction();
    await tx.executeRaw(command(RICH));
    await tx.executeRaw(command(POOR));
    await tx.executeRaw(command('COMMIT'));
    await tx.commit();
    expect(await balances()).toEqual([101, 99]);
    await expect(adapter.queryRaw(command('SELEC'))).rejects.toThrow();
    await adapter.dispose();
    await expect(new PrismaPg(pool).connectToShadowDb()).rejects.toMatchObject({ code: 'POOL_POSTGRES_USAGE' });
  });

  it('graphile-worker: runs jobs, those it is notified of and those of an earlier connection', async () => {
    const logger = new Logger(() => () => undefined);
    pool.on('error', () => undefined); // it warns of a pool without listeners
    pool.on('connect', (client) => client.on('error', () => undefined));
    const utils = await makeWorkerUtils({ pgPool: pool, logger });
    await utils.migrate();
    const done: unknown[] = [];
    await utils.addJob('note', { n: 1 });
    const runner = await run({
      pgPool: pool,
      logger,
      noHandleSignals: true,
      concurrency: 1,
      pollInterval: 60_000,
      taskList: { note: (payload) => void done.push(payload) },
    });
    await eventually('the first is done', () => done.length === 1);
    await utils.addJob('note', { n: 2 });
    await eventually('it hears of the second', () => done.length === 2);
    expect(done).toEqual([{ n: 1 }, { n: 2 }]);
    await runner.stop();
    await utils.release();
  });

  it('pg-boss: makes its schema and runs jobs', async () => {
    const boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values) }, supervise: false });
    boss.on('error', () => undefined);
    await boss.start();
    await boss.createQueue('notes');
    await boss.send('notes', { n: 1 });
    const [job] = await boss.fetch<{ n: number }>('notes');
    expect(job!.data).toEqual({ n: 1 });
    await boss.complete('notes', job!.id);
    await boss.stop({ graceful: false });
  });

  it('connect-pg-simple: keeps sessions', async () => {
    const Store = sessionStoreFor();
    const store = new Store({ pool, createTableIfMissing: true, pruneSessionInterval: false });
    const call = (method: 'get' | 'set' | 'destroy', ...parameters: unknown[]) =>
      new Promise((resolve, reject) => {
        store[method](...parameters, (error: unknown, result: unknown) => (error ? reject(error) : resolve(result)));
      });
    const session = { cookie: { maxAge: 60_000 }, user: 'eve' };
    await call('set', 'sid', session);
    expect(await call('get', 'sid')).toMatchObject({ user: 'eve' });
    await call('destroy', 'sid');
    expect(await call('get', 'sid')).toBeUndefined();
    await store.close();
  });
});

const command = (sql: string) => ({ sql, args: [], argTypes: [] });

/** An object that a constructor returns replaces the new one. */
function constructing(pool: pg.Pool) {
  return function () {
    return pool;
  };
}

interface SessionStore {
  get(...parameters: unknown[]): void;
  set(...parameters: unknown[]): void;
  destroy(...parameters: unknown[]): void;
  close(): Promise<void>;
}

// They are written without types.
function sessionStoreFor(): new (options: object) => SessionStore {
  return require('connect-pg-simple')(require('express-session'));
}
function cursors(): PostgresCursorConstructor {
  return require('pg-cursor');
}
