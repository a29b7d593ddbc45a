import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { poolQueries } from '../../src/pools/pool-tracing';
import type { PostgresLease } from '../../src/pools/postgres/postgres-lease';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { copyFrom, copyTo, cursorOf, streamOf } from '../support/pg-streams';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

const MANY = 'SELECT n FROM generate_series(1, 1000) AS n';

const step = (name: string) => `INSERT INTO step (name) VALUES ('${name}') RETURNING name`;

/** The lease as `use` and `transaction` give it, with the methods for cursors and streams. */
const asLease = (client: unknown) => client as PostgresLease;

/** Has every query traced while it is in scope. */
function subscription(): Disposable {
  const handlers = { start: () => undefined };
  poolQueries.subscribe(handlers as never);
  return { [Symbol.dispose]: () => void poolQueries.unsubscribe(handlers as never) };
}

describe('statements, cursors and streams on one connection', () => {
  noUnhandledRejections();
  let server: PostgresServer;
  let pool: PostgresPool;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.query('CREATE TABLE step (at int GENERATED ALWAYS AS IDENTITY, name text)');
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.query('TRUNCATE step');
    pool = await postgresPool(server.url, { postgres: { min: 1, max: 1 } });
  });
  afterEach(() => pool.drain(1_000));

  const steps = async () =>
    (await server.query<{ name: string }>('SELECT name FROM step ORDER BY at')).map(({ name }) => name);

  /** Nothing of what happened before is left, and the one connection is still the same. */
  const expectCleanConnection = async () => {
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(pool.stats()).toMatchObject({ created: 1, inUse: 0 });
  };

  it('run in the order in which they were called', async () => {
    await pool.use(async (client) => {
      const lease = asLease(client);
      const first = lease.query(`${step('query')}, pg_sleep(0.1)`);
      const second = lease.query(step('second query'));
      const cursor = lease.query(cursorOf(step('cursor')));
      const read = cursor.read(10);
      const third = lease.query(step('after the cursor'));
      const stream = lease.query(streamOf(step('stream')));
      const rows = stream.toArray();
      const fourth = lease.query(step('after the stream'));
      const written = pipeline(Readable.from(['copied\n']), lease.query(copyFrom('COPY step (name) FROM STDIN')));
      const fifth = lease.query(step('after the copy'));
      const out = lease.query(copyTo('COPY (SELECT 7) TO STDOUT')).toArray();
      const last = lease.query(step('last'));
      expect(await read).toEqual([{ name: 'cursor' }]);
      expect(await rows).toEqual([{ name: 'stream' }]);
      await written;
      expect(Buffer.concat((await out) as Buffer[]).toString()).toBe('7\n');
      await Promise.all([first, second, third, fourth, fifth, last]);
    });
    expect(await steps()).toEqual([
      'query', 'second query', 'cursor', 'after the cursor', 'stream', 'after the stream', 'copied', 'after the copy',
      'last',
    ]); // prettier-ignore
    await expectCleanConnection();
  });

  it.each([
    ['cursor', async (lease: PostgresLease) => void (await lease.query(cursorOf(MANY)).read(1))],
    ['cursor nobody has read', async (lease: PostgresLease) => void lease.query(cursorOf(MANY))],
    ['stream', async (lease: PostgresLease) => void (await once(lease.query(streamOf(MANY)), 'readable'))],
    ['COPY', async (lease: PostgresLease) => void lease.query(copyFrom('COPY step (name) FROM STDIN'))],
  ])('a transaction is not committed over an open %s', async (_, open) => {
    const failing = pool.transaction(async (tx) => {
      await tx.query(step('rolled back'));
      await open(asLease(tx));
    });
    await expect(failing).rejects.toMatchObject({ code: 'POOL_CURSOR_OPEN' });
    expect(await steps()).toEqual([]);
    await expectCleanConnection();
  });

  it('a transaction is committed over what was read to its end', async () => {
    await pool.transaction(async (tx) => {
      const lease = asLease(tx);
      await tx.query(step('committed'));
      const seen: unknown[] = [];
      for await (const row of lease.query(streamOf('SELECT name FROM step'))) seen.push(row);
      expect(seen).toEqual([{ name: 'committed' }]);
      expect(await lease.query(cursorOf(MANY)).read(2_000)).toHaveLength(1_000);
      const closed = lease.query(cursorOf(MANY));
      await closed.read(1);
      await closed.close();
      for await (const row of lease.query(streamOf(MANY))) {
        seen.push(row);
        break;
      }
    });
    expect(await steps()).toEqual(['committed']);
    await expectCleanConnection();
  });

  it.each(['COMMIT', 'ROLLBACK', '/* now */ end;', 'BEGIN', `SELECT 1; COMMIT; SELECT 'x'`])(
    'a transaction refuses %j inside of it, and is rolled back',
    async (text) => {
      const failing = pool.transaction(async (tx) => {
        await tx.query(step('rolled back'));
        await tx.query(text);
      });
      await expect(failing).rejects.toMatchObject({ code: 'POOL_TRANSACTION_CONTROL' });
      const byCallback = pool.transaction(async (tx) => {
        await new Promise<void>((resolve, reject) => {
          asLease(tx).query(text, (error) => (error ? reject(error) : resolve()));
        });
      });
      await expect(byCallback).rejects.toMatchObject({ code: 'POOL_TRANSACTION_CONTROL' });
      expect(await steps()).toEqual([]);
      await expectCleanConnection();
    },
  );

  it('a transaction takes savepoints', async () => {
    await pool.transaction(async (tx) => {
      await tx.query(step('kept'));
      await tx.query('SAVEPOINT here');
      await tx.query(step('undone'));
      await tx.query('ROLLBACK TO SAVEPOINT here');
    });
    expect(await steps()).toEqual(['kept']);
  });

  it.each([
    ['cursor', cursorOf],
    ['stream', streamOf],
  ])('a %s is refused where no connection is kept for it', async (_, make) => {
    await expect(pool.query(make(MANY) as never)).rejects.toMatchObject({ code: 'POOL_POSTGRES_USAGE' });
    await expectCleanConnection();
  });

  it.each(['', ', also where they are traced'])(
    'statements that nobody awaited have a typed error%s',
    async (traced) => {
      using _ = traced === '' ? undefined : subscription();
      const left: Promise<unknown>[] = [];
      const careless = pool.use(async (client) => {
        left.push(client.query('SELECT pg_sleep(30)'), client.query(step('never sent')));
      });
      await expect(careless).rejects.toMatchObject({ code: 'POOL_STATEMENT_UNAWAITED', statements: 2 });
      const outcomes = await Promise.allSettled(left);
      expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason)).toEqual([
        expect.objectContaining({ code: 'POOL_STATEMENT_UNAWAITED' }),
        expect.objectContaining({ code: 'POOL_STATEMENT_UNAWAITED' }),
      ]);
      const lease = await pool.acquire();
      const withCallback = new Promise((resolve) => lease.query('SELECT pg_sleep(30)', resolve));
      void lease.query('SELECT pg_sleep(30)');
      lease.release();
      expect(await withCallback).toMatchObject({ code: 'POOL_STATEMENT_UNAWAITED' });
      expect(await steps()).toEqual([]);
      await expectCleanConnection();
    },
  );

  it('a statement that nobody awaited and that fails rolls its transaction back', async () => {
    const failing = pool.transaction(async (tx) => {
      await tx.query(step('rolled back'));
      void tx.query('SELECT 1/0');
    });
    await expect(failing).rejects.toMatchObject({ code: 'POOL_TRANSACTION_ROLLED_BACK' });
    const kept = pool.transaction(async (tx) => void tx.query(step('in time')));
    await kept;
    expect(await steps()).toEqual(['in time']);
    await expectCleanConnection();
  });

  it('the error of the work is the one that is told, whatever else is left over', async () => {
    const failing = pool.use(async (client) => {
      void client.query('SELECT pg_sleep(30)');
      await Promise.all([Promise.reject(new Error('of the work')), client.query('SELECT 1/0')]);
    });
    await expect(failing).rejects.toThrow('of the work');
    await expectCleanConnection();
  });

  it('what is open at the release is ended, and its readers are told', async () => {
    const lease = await pool.acquire();
    const stream = lease.query(streamOf(MANY));
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    const behind = lease.query(cursorOf(MANY));
    const read = behind.read(1);
    const unsent = lease.query(copyFrom('COPY step (name) FROM STDIN'));
    const copied = pipeline(Readable.from(['x\n']), unsent);
    lease.release();
    await expect(read).rejects.toMatchObject({ code: 'POOL_STATEMENT_UNAWAITED' });
    await expect(copied).rejects.toMatchObject({ code: 'POOL_STATEMENT_UNAWAITED' });
    const rest = async () => {
      while (!(await iterator.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'POOL_CURSOR_OPEN' });
    await expectCleanConnection();
  });

  it('a COPY that is open at the release is undone', async () => {
    const lease = await pool.acquire();
    const copy = lease.query(copyFrom('COPY step (name) FROM STDIN'));
    const failed = once(copy, 'error');
    copy.write('undone\n');
    lease.release();
    expect((await failed)[0]).toBeInstanceOf(Error);
    await expectCleanConnection();
    expect(await steps()).toEqual([]);
  });

  it('a statement behind a cursor that nobody reads is told so, instead of waiting for ever', async () => {
    const impatient = await postgresPool(server.url, { postgres: { min: 1, max: 1, queryTimeoutMs: 200 } });
    const deadlocked = impatient.transaction(async (tx) => {
      for await (const row of asLease(tx).query(streamOf(MANY))) await tx.query(step(JSON.stringify(row)));
    });
    await expect(deadlocked).rejects.toMatchObject({ code: 'POOL_CURSOR_OPEN' });
    expect((await impatient.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await impatient.drain(1_000);
  });
});
