import { Injectable, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource, EntitySchema } from 'typeorm';
import * as pg from 'pg';
import { Pools, PoolsModule, Transactional } from '../../src/pools';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { outcome } from '../support/outcome';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

const Thing = new EntitySchema<{ id: number }>({ name: 'thing', columns: { id: { type: 'int', primary: true } } });

const fails = (): never => {
  throw new Error('on purpose');
};

describe('transactions that carry on', () => {
  let server: PostgresServer;
  /** Of one connection: whatever takes a second one waits for ever. */
  let pool: PostgresPool;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.query('CREATE TABLE thing (id int PRIMARY KEY)');
  });
  beforeEach(async () => {
    await server.query('TRUNCATE thing');
    pool = await postgresPool(server.url, {
      acquireTimeoutMs: 1_000,
      postgres: { min: 1, max: 1, queryTimeoutMs: 1_500 },
    });
  });
  afterEach(async () => {
    expect(pool.stats()).toMatchObject({ inUse: 0, waiting: 0 });
    await pool.drain(500);
  });
  afterAll(() => server.close());

  const insert = (id: number) => pool.query('INSERT INTO thing VALUES ($1)', [id]);
  const ids = async () => (await server.query<{ id: number }>('SELECT id FROM thing ORDER BY id')).map(({ id }) => id);

  it('query() and use() inside of one are part of it', async () => {
    await pool.transaction(async (tx) => {
      await tx.query('INSERT INTO thing VALUES (1)');
      await insert(2);
      await pool.use((client) => client.query('INSERT INTO thing VALUES (3)'));
      expect(await ids()).toEqual([]);
    });
    await outcome(pool.transaction(() => insert(4).then(fails)));
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('nested ones roll back alone, or with what is around them', async () => {
    await pool.transaction(async () => {
      await insert(1);
      await outcome(pool.transaction(() => insert(2).then(fails)));
      await pool.transaction(async () => {
        await insert(3);
        await outcome(pool.transaction(() => insert(4).then(fails)));
        await pool.transaction(() => insert(5));
      });
    });
    await outcome(pool.transaction(() => pool.transaction(() => insert(6)).then(fails)));
    expect(await ids()).toEqual([1, 3, 5]);
  });

  it('a failure swallowed inside of a nested one rolls that back and is told, and the outer one goes on', async () => {
    await pool.transaction(async () => {
      await insert(1);
      const nested = pool.transaction(async () => {
        await insert(2);
        await outcome(insert(1)); // a duplicate
      });
      await expect(nested).rejects.toMatchObject({ code: 'POOL_TRANSACTION_ROLLED_BACK' });
      await insert(3);
    });
    expect(await ids()).toEqual([1, 3]);
  });

  it('parallel nested ones run one after the other, and what is beside them is not undone with them', async () => {
    await pool.transaction(async () => {
      const nested = Array.from(
        { length: 10 },
        (_, n) =>
        outcome(pool.transaction(() => insert(n).then(() => pool.query('SELECT pg_sleep(0.002)')).then(n % 2 ? fails : undefined))), // prettier-ignore
      );
      const beside = Array.from({ length: 5 }, (_, n) => insert(100 + n));
      await Promise.all([...nested, ...beside]);
    });
    expect(await ids()).toEqual([0, 2, 4, 6, 8, 100, 101, 102, 103, 104]);
  });

  it('two that wait for each other end with an error', async () => {
    let beside: Promise<unknown> | undefined;
    const outer = pool.transaction(async () => {
      const nested = pool.transaction(async () => {
        await insert(1);
        await beside;
      });
      await new Promise(setImmediate);
      beside = insert(2);
      await Promise.all([nested, beside]);
    });
    await expect(outer).rejects.toMatchObject({ code: 'POOL_POSTGRES_USAGE' });
    expect(await ids()).toEqual([]);
  });

  it('the client of the outer one works inside of a nested one, and many callers never need a second connection', async () => {
    const callers = Array.from({ length: 20 }, (_, n) =>
      pool.transaction((outer) =>
        pool.transaction(async (inner) => {
          await outer.query('INSERT INTO thing VALUES ($1)', [n]);
          await inner.query('SELECT 1');
        }),
      ),
    );
    await Promise.all(callers);
    expect(await ids()).toHaveLength(20);
    expect(pool.stats().created).toBe(1);
  });

  it('what goes on after the end, or is put outside, is not part of it', async () => {
    let later: Promise<unknown> | undefined;
    await pool.transaction(async () => {
      await insert(1);
      later = new Promise((resolve) => setTimeout(resolve, 20)).then(() => insert(2));
    });
    await later;
    pool.resize({ max: 2 });
    await outcome(pool.transaction(() => pool.outsideTransaction(() => insert(3)).then(fails)));
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('refuses an isolation of its own for a nested one, and runs all of a repeated one again', async () => {
    const nested = () => pool.transaction(() => insert(1), { isolation: 'serializable' });
    await expect(pool.transaction(nested)).rejects.toMatchObject({ code: 'POOL_POSTGRES_USAGE' });
    let runs = 0;
    const lost = Object.assign(new Error('lost'), { code: '40001' });
    await pool.transaction(
      () => pool.transaction(() => insert(++runs).then(() => (runs < 3 ? Promise.reject(lost) : undefined))),
      { retrySerialization: true },
    );
    expect(await ids()).toEqual([3]);
  });

  it("TypeORM's manager follows, and its own transactions are nested", async () => {
    const driver = { ...pg, defaults: pg.defaults, Pool: function () { return pool.driverFacade; } }; // prettier-ignore
    const source = await new DataSource({ type: 'postgres', driver, entities: [Thing], installExtensions: false }).initialize(); // prettier-ignore
    const things = source.getRepository(Thing);
    await pool.transaction(async () => {
      await things.insert({ id: 1 });
      await outcome(source.transaction((manager) => manager.insert(Thing, { id: 2 }).then(fails)));
      await source.transaction(async (manager) => {
        await manager.insert(Thing, { id: 3 });
        await things.insert({ id: 4 });
      });
      expect(await things.count()).toBe(3);
      expect(await ids()).toEqual([]);
    });
    await outcome(
      pool.transaction(() => source.transaction((manager) => manager.insert(Thing, { id: 5 })).then(fails)),
    );
    expect(await ids()).toEqual([1, 3, 4]);
  });

  it('a client that is given back in the middle of its transaction undoes that, and no more', async () => {
    await pool.transaction(async () => {
      await insert(1);
      const client = await pool.driverFacade.connect();
      await client.query('BEGIN');
      await client.query('INSERT INTO thing VALUES (2)');
      client.release();
      await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_LEASE_RELEASED' });
      await insert(3);
    });
    expect(await ids()).toEqual([1, 3]);
  });

  it('@Transactional() makes one of each call, in classes of every scope and their heirs', async () => {
    const url = server.url;
    const module = await Test.createTestingModule({
      imports: [PoolsModule.forRoot({ postgres: { url, min: 0, max: 1 } })],
      providers: [Orders, PerRequest, { provide: 'heir', useClass: Heir }],
    }).compile();
    await module.init();
    const orders = module.get(Orders);
    await orders.place(1);
    await expect(orders.place(-1)).rejects.toThrow('not below 0');
    await (await module.resolve(PerRequest)).place(2);
    await module.get<Heir>('heir').place(3);
    expect(await ids()).toEqual([1, 2, 3, 1_001, 1_002, 1_003]);
    await expect(new Orders(module.get(Pools)).place(4)).rejects.toMatchObject({ code: 'POOL_POSTGRES_USAGE' });
    await module.close();
  });
});

@Injectable()
class Orders {
  constructor(protected readonly pools: Pools) {}

  @Transactional()
  async place(id: number): Promise<void> {
    await this.pools.postgres.query('INSERT INTO thing VALUES ($1)', [id]);
    await this.log(id + 1_000).catch(() => undefined);
    if (id < 0) throw new Error('not below 0');
  }

  @Transactional()
  async log(id: number): Promise<void> {
    await this.pools.postgres.query('INSERT INTO thing VALUES ($1)', [id]);
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Orders {}

@Injectable()
class Heir extends Orders {}
