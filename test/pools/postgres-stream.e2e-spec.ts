import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { eventually } from '../support/eventually';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

interface N {
  readonly n: number;
}

const UP_TO = 'SELECT n FROM generate_series(1, $1::int) AS n';
/** Each row takes the server a moment, and is counted by a sequence that no rollback undoes. */
const COUNTED = `SELECT nextval('given')::int AS n FROM generate_series(1, 100000)`;
const FAILS_LATE = 'SELECT 1000 / (500 - n) AS n FROM generate_series(1, 1000) AS n';

async function numbers(rows: AsyncIterable<N>): Promise<number[]> {
  const read: number[] = [];
  for await (const { n } of rows) read.push(n);
  return read;
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('rows as a stream', () => {
  noUnhandledRejections();
  let server: PostgresServer;
  let pool: PostgresPool;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.query('CREATE SEQUENCE given; CREATE TABLE kept (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.query(`ALTER SEQUENCE given RESTART; TRUNCATE kept`);
    pool = await postgresPool(server.url, { postgres: { min: 1, max: 1 } });
  });
  afterEach(() => pool.drain(1_000));

  const given = async () => (await server.query<N>('SELECT last_value::int AS n FROM given'))[0]!.n;
  const kept = async () => (await server.query<N>('SELECT n FROM kept ORDER BY n')).map(({ n }) => n);

  /** The one connection is back, the same as before, with nothing open on it. */
  const expectBack = async () => {
    await eventually('the connection is back', () => pool.stats().inUse === 0);
    const state = `SELECT count(*)::int AS n FROM pg_cursors UNION ALL SELECT (pg_current_xact_id_if_assigned() IS NULL)::int`;
    expect((await pool.query(state)).rows).toEqual([{ n: 0 }, { n: 1 }]);
    expect(pool.stats()).toMatchObject({ created: 1, inUse: 0 });
  };

  it.each([0, 1, 99, 100, 101, 1_000])('has all of %d rows', async (count) => {
    expect(await numbers(pool.stream<N>(UP_TO, [count]))).toEqual(upTo(count));
    await expectBack();
    expect(await pool.transaction(async (tx) => await numbers(tx.stream<N>(UP_TO, [count])))).toEqual(upTo(count));
    expect(await pool.use(async (client) => await numbers(client.stream<N>(UP_TO, [count])))).toEqual(upTo(count));
    await expectBack();
    const figure = pool.statementStats().statements.find(({ text }) => text.includes('generate_series'));
    expect(figure).toMatchObject({ calls: 3, rows: 3 * count, errors: 0 });
  });

  it('reads no more than it is asked for, however long its reader takes', async () => {
    await using slow = await closing(postgresPool(server.url, { postgres: { min: 1, max: 1, queryTimeoutMs: 1_000 } }));
    const rows = slow.pool.stream<N>(COUNTED, [], { batchRows: 10 });
    expect(await rows.next()).toEqual({ value: { n: 1 }, done: false });
    await sleep(1_500); // longer than a statement may take, and a check for silence
    expect(await given()).toBe(10);
    for (let read = 1; read < 15; read++) await rows.next();
    expect(await given()).toBe(20);
    await rows.return();
    expect(slow.pool.stats()).toMatchObject({ inUse: 0, created: 1 });
  });

  it.each([
    ['breaks off', async () => 'break'],
    ['throws', () => Promise.reject(new Error('of the reader'))],
  ])('ends when its reader %s', async (_, act: () => Promise<unknown>) => {
    const reading = async () => {
      for await (const { n } of pool.stream<N>(COUNTED)) if (n === 150 && (await act()) === 'break') break;
    };
    await reading().catch((error: unknown) => expect(error).toMatchObject({ message: 'of the reader' }));
    expect(pool.stats().inUse).toBe(0);
    expect(await given()).toBe(200);
    await expectBack();
  });

  it('ends when its signal fires, whether somebody reads or not', async () => {
    const abort = new AbortController();
    const rows = pool.stream<N>(COUNTED, [], { signal: abort.signal });
    await rows.next();
    abort.abort(new Error('enough'));
    await expectBack(); // without another call
    await expect(rows.next()).rejects.toThrow('enough');
    expect(await rows.next()).toEqual({ value: undefined, done: true });
    const slow = pool.stream('SELECT pg_sleep(60)', [], { signal: AbortSignal.timeout(100) });
    await expect(slow.next()).rejects.toMatchObject({ name: 'TimeoutError' });
    await expectBack();
    await expect(pool.stream(UP_TO, [1], { signal: AbortSignal.abort(new Error('no')) }).next()).rejects.toThrow('no');
    expect(await server.query(`SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()`)).toEqual([]); // prettier-ignore
  });

  it('ends when its reader goes away in the middle of a read', async () => {
    const rows = pool.stream('SELECT pg_sleep(60)');
    const read = rows.next();
    await eventually('it runs', () => pool.stats().inUse === 1);
    await rows.return();
    expect(await read).toEqual({ value: undefined, done: true });
    await expectBack();
    const readable = Readable.from(pool.stream<N>(COUNTED));
    for await (const row of readable) {
      expect(row).toEqual({ n: 1 });
      break;
    }
    await expectBack();
  });

  it('says what fails, at first and late', async () => {
    await expect(pool.stream('SELECT nothing').next()).rejects.toMatchObject({ code: '42703' });
    const read: unknown[] = [];
    const reading = async () => {
      for await (const row of pool.stream(FAILS_LATE)) read.push(row);
    };
    await expect(reading()).rejects.toMatchObject({ code: '22012' });
    expect(read).toHaveLength(400);
    await expect(pool.stream('SELECT pg_sleep(60)', [], { timeoutMs: 50 }).next()).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' }); // prettier-ignore
    await expect(pool.stream('BEGIN').next()).rejects.toMatchObject({ code: 'POOL_TRANSACTION_CONTROL' });
    await expect(pool.stream('SET a.b = 1').next()).rejects.toMatchObject({ code: 'POOL_SESSION_STATEMENT' });
    await expect(pool.stream('SELECT 1', [], { batchRows: 0 }).next()).rejects.toMatchObject({ code: 'POOL_POSTGRES_USAGE' }); // prettier-ignore
    await expectBack();
  });

  it('keeps what a statement with RETURNING has changed, unless it fails', async () => {
    const insert = 'INSERT INTO kept SELECT n FROM generate_series($1::int, $2) AS n RETURNING n';
    for await (const { n } of pool.stream<N>(insert, [1, 300])) if (n === 5) break;
    expect(await kept()).toEqual(upTo(300));
    await expect(numbers(pool.stream<N>(insert, [300, 301]))).rejects.toMatchObject({ code: '23505' }); // by COMMIT
    expect(await kept()).toEqual(upTo(300));
    await expectBack();
  });

  it('lets other statements of a transaction run in between, in the order of the calls', async () => {
    await pool.transaction(async (tx) => {
      await tx.query('INSERT INTO kept SELECT generate_series(1, 250)');
      const rows = tx.stream<N>('SELECT n FROM kept ORDER BY n'); // does not see what is sent after it
      const removed = tx.query('DELETE FROM kept WHERE n > 100');
      const seen: number[] = [];
      for await (const { n } of rows) {
        seen.push(n);
        if (n % 100 === 0) await pool.query('INSERT INTO kept VALUES ($1)', [1_000 + n]);
        if (n === 120) expect(await numbers(tx.stream<N>(UP_TO, [150]))).toEqual(upTo(150));
      }
      expect(seen).toEqual(upTo(250));
      expect((await removed).rowCount).toBe(150);
      for await (const row of tx.stream<N>('SELECT n FROM kept')) {
        expect(row.n).toBeGreaterThan(0);
        break;
      }
      // A portal left open would not allow that.
      await tx.query('ALTER TABLE kept ADD COLUMN more int');
      await tx.query('ALTER TABLE kept DROP COLUMN more');
    });
    expect(await kept()).toEqual([...upTo(100), 1_100, 1_200]);
    await expectBack();
  });

  it('lets the statements of a lease without a transaction wait until it ends', async () => {
    await pool.use(async (client) => {
      const before = client.query(`SELECT nextval('given') FROM pg_sleep(0.1)`);
      const rows = client.stream<N>(COUNTED, [], { batchRows: 10 });
      const after = client.query<N>(`SELECT nextval('given')::int AS n`);
      await before;
      const seen: number[] = [];
      for await (const { n } of rows) {
        seen.push(n);
        if (seen.length === 15) break;
      }
      expect(seen).toEqual(upTo(16).slice(1));
      expect((await after).rows).toEqual([{ n: 22 }]);
    });
    await expectBack();
  });

  it('says so where its reader waits for a statement that waits for it', async () => {
    await using strict = await closing(postgresPool(server.url, { postgres: { min: 1, max: 1, queryTimeoutMs: 300 } }));
    await strict.pool.use(async (client) => {
      const rows = client.stream<N>(UP_TO, [1_000]);
      await rows.next();
      await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_CURSOR_OPEN' });
      await rows.return();
      await client.query('SELECT 1');
    });
  });

  it('is not left open by a transaction or a lease', async () => {
    const failing = pool.transaction(async (tx) => {
      await tx.query('INSERT INTO kept VALUES (1)');
      await tx.stream(UP_TO, [1_000]).next();
    });
    await expect(failing).rejects.toMatchObject({ code: 'POOL_CURSOR_OPEN' });
    expect(await kept()).toEqual([]);
    const lease = await pool.acquire();
    const rows = lease.stream(UP_TO, [1_000]);
    await rows.next();
    lease.release();
    const rest = async () => {
      for await (const row of rows) expect(row).toBeDefined();
    };
    await expect(rest()).rejects.toMatchObject({ code: 'POOL_LEASE_RELEASED' });
    await expectBack();
  });

  it('does not abort the transaction around it when its reader goes away', async () => {
    await pool.transaction(async (tx) => {
      await tx.query('INSERT INTO kept VALUES (7)');
      const rows = tx.stream('SELECT pg_sleep(0.1) FROM generate_series(1, 3)', [], { batchRows: 1 });
      await rows.next();
      const read = rows.next();
      await rows.return();
      expect((await read).done).toBe(false);
    });
    expect(await kept()).toEqual([7]);
    await expectBack();
  });

  it('fails when its connection is lost, before and between its parts', async () => {
    const rows = pool.stream<N>(UP_TO, [1_000]);
    await rows.next();
    await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'`);
    const rest = async () => {
      for await (const row of rows) expect(row).toBeDefined();
    };
    await expect(rest()).rejects.toMatchObject({ code: expect.stringMatching(/^(57P01|POOL_CONNECTION_LOST)$/) });
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('may take longer than the pool says, where it is told so', async () => {
    await using quick = await closing(postgresPool(server.url, { postgres: { min: 1, max: 1, queryTimeoutMs: 200 } }));
    const slow = 'SELECT n, pg_sleep(0.15) FROM generate_series(1, 4) AS n';
    expect(await numbers(quick.pool.stream(slow, [], { timeoutMs: 5_000 }))).toEqual([1, 2, 3, 4]);
    await expect(numbers(quick.pool.stream(slow, []))).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' });
    expect(await numbers(quick.pool.stream(slow, [], { batchRows: 1 }))).toEqual([1, 2, 3, 4]);
  });

  it('gives many rows to many readers', async () => {
    await using wide = await closing(postgresPool(server.url, { postgres: { min: 1, max: 3 } }));
    const sums = await Promise.all(
      upTo(12).map(async (reader) => {
        let sum = 0;
        for await (const { n } of wide.pool.stream<N>(UP_TO, [reader * 100])) sum += n;
        return sum;
      }),
    );
    expect(sums).toEqual(upTo(12).map((reader) => (reader * 100 * (reader * 100 + 1)) / 2));
    expect(wide.pool.stats().inUse).toBe(0);
  });
});

async function closing(made: Promise<PostgresPool>): Promise<AsyncDisposable & { readonly pool: PostgresPool }> {
  const pool = await made;
  return { pool, [Symbol.asyncDispose]: () => pool.drain(500) };
}
