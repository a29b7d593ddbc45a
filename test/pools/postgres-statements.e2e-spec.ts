import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { runInRequest } from '../../src/common/request-context';
import { type PoolSlowQuery, poolSlowQueries } from '../../src/pools/pool-channels';
import type { PostgresPoolOptions } from '../../src/pools/pools.options';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { eventually } from '../support/eventually';
import { cursorOf, streamOf } from '../support/pg-streams';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

let server: PostgresServer;
beforeAll(async () => (server = await PostgresServer.start()));
afterAll(() => server.close());

const pools: PostgresPool[] = [];
async function makePool(options: Partial<PostgresPoolOptions> = {}): Promise<PostgresPool> {
  const pool = await postgresPool(server.url, { postgres: options });
  pools.push(pool);
  return pool;
}
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.drain(500))));

const figureOf = (pool: PostgresPool, text: string) =>
  pool.statementStats().statements.find((figure) => figure.text === text);

const numbersUpTo = (last: number) => `SELECT i FROM generate_series(1, ${last}) i`;

describe('the figures of statements', () => {
  it('count calls, rows and time of all that differ in values only', async () => {
    const pool = await makePool();
    await pool.query('CREATE TABLE item AS SELECT i AS id FROM generate_series(1, 10) i');
    for (let id = 1; id <= 5; id++) await pool.query('SELECT * FROM item WHERE id <= $1', [id]);
    await pool.query('SELECT * FROM item WHERE id <= 6');
    await pool.query({ name: 'six', text: 'SELECT * FROM item WHERE id <= $1', values: [7] });
    const figure = figureOf(pool, 'SELECT * FROM item WHERE id <= ?')!;
    expect(figure).toMatchObject({ calls: 7, rows: 28, errors: 0 });
    expect(figure.totalMs).toBeGreaterThan(0);
    expect(figure.meanMs).toBeCloseTo(figure.totalMs / 7);
    expect(figure.p95Ms).toBeLessThanOrEqual(figure.p99Ms);
    expect(figure.p99Ms).toBeLessThanOrEqual(figure.maxMs);
    expect(figureOf(pool, 'CREATE TABLE item AS SELECT i AS id FROM generate_series(?, ?) i')).toMatchObject({
      calls: 1,
      rows: 10,
    });
  });

  it('count on leases, with callbacks, in transactions, and what the rows of a change are', async () => {
    const pool = await makePool();
    await pool.query('CREATE TABLE account AS SELECT i AS id, 0 AS cents FROM generate_series(1, 4) i');
    await pool.transaction(async (tx) => {
      await tx.query('UPDATE account SET cents = $1', [5]);
      await pool.query('DELETE FROM account WHERE id = $1', [1]);
    });
    await using lease = await pool.acquire();
    await new Promise((resolve) => lease.query('SELECT id FROM account', resolve));
    expect(figureOf(pool, 'UPDATE account SET cents = ?')).toMatchObject({ calls: 1, rows: 4 });
    expect(figureOf(pool, 'DELETE FROM account WHERE id = ?')).toMatchObject({ calls: 1, rows: 1 });
    expect(figureOf(pool, 'SELECT id FROM account')).toMatchObject({ calls: 1, rows: 3 });
    expect(figureOf(pool, 'BEGIN')).toMatchObject({ calls: 1, rows: 0 });
    expect(figureOf(pool, 'COMMIT')).toMatchObject({ calls: 1, rows: 0 });
  });

  it('count the rows of cursors and streams that were read, in whatever parts', async () => {
    const pool = await makePool();
    await using lease = await pool.acquire();
    const rows = await lease.query(streamOf(numbersUpTo(1_000))).toArray();
    expect(rows).toHaveLength(1_000);
    const cursor = lease.query(cursorOf(numbersUpTo(500)));
    expect(await cursor.read(30)).toHaveLength(30);
    await cursor.close();
    await lease.query('SELECT 1');
    expect(figureOf(pool, 'SELECT i FROM generate_series(?, ?) i')).toMatchObject({ calls: 2, rows: 1_030, errors: 0 });
  });

  it('count what the server refuses, what is cancelled and what a lost connection leaves without an answer', async () => {
    const pool = await makePool();
    await expect(pool.query('SELECT nothing')).rejects.toThrow();
    await expect(pool.query('SELECT pg_sleep(20)', [], { timeoutMs: 50 })).rejects.toThrow();
    await expect(pool.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow();
    await eventually('all three are counted as errors', () => {
      const errors = ['SELECT nothing', 'SELECT pg_sleep(?)', 'SELECT pg_terminate_backend(pg_backend_pid())'].map(
        (text) => figureOf(pool, text)?.errors,
      );
      return errors.every((count) => count === 1);
    });
  });

  it('leave out what the pool does for itself', async () => {
    const pool = await makePool({ sessionReset: 'always', validateAfterIdleMs: 0 });
    for (let at = 0; at < 5; at++) await pool.query('SELECT now()');
    expect(pool.statementStats().statements.map(({ text }) => text)).toEqual(['SELECT now()']);
  });

  it('are bounded', async () => {
    const pool = await makePool({ maxStatements: 10 });
    for (let at = 0; at < 40; at++) await pool.query(`SELECT 1 AS column_${at}`);
    const { statements, max, forgottenCalls } = pool.statementStats();
    expect(max).toBe(10);
    expect(statements.length).toBeLessThanOrEqual(10);
    expect(statements.length + forgottenCalls).toBe(40);
  });
});

describe('slow queries', () => {
  const reports: PoolSlowQuery[] = [];
  const note = (report: unknown): number => reports.push(report as PoolSlowQuery);
  beforeEach(() => {
    reports.length = 0;
    subscribe(poolSlowQueries.name, note);
  });
  afterEach(() => unsubscribe(poolSlowQueries.name, note));
  const reported = (count: number) => eventually(`${count} reports`, () => reports.length >= count);

  it('are not reported by default', async () => {
    const pool = await makePool();
    await pool.query('SELECT pg_sleep(0.05)');
    await pool.query('SELECT 1');
    expect(reports).toEqual([]);
  });

  it('are reported with their plan, which shows no values and runs nothing', async () => {
    const pool = await makePool({ slowQueryMs: 100, min: 2 });
    await pool.query(`CREATE TABLE secret AS SELECT 'Ann' AS name, 1 AS changes`);
    const text = `UPDATE secret SET changes = changes + 1 WHERE name = 'Ann' AND name <> $1 AND pg_sleep(0.15) IS NOT NULL`;
    await pool.query(text, ['Bob']);
    await reported(1);
    expect(reports[0]).toMatchObject({
      pool: 'postgres',
      text: 'UPDATE secret SET changes = changes + ? WHERE name = ? AND name <> ? AND pg_sleep(?) IS NOT NULL',
      rows: 1,
      failed: false,
      left: 0,
      noPlan: undefined,
    });
    expect(reports[0]!.durationMs).toBeGreaterThanOrEqual(100);
    expect(reports[0]!.plan).toMatch(/Update on secret .*cost=\d/);
    expect(reports[0]!.plan).toMatch(/Filter: .*name/);
    expect(reports[0]!.plan).not.toMatch(/Ann|Bob/);
    expect((await pool.query('SELECT changes FROM secret')).rows).toEqual([{ changes: 2 }]);
  });

  it('are a sample: of one statement once per interval, with the number of those between', async () => {
    const pool = await makePool({ slowQueryMs: 1, slowQueryIntervalMs: 1_500, slowQueryPlans: false });
    const slow = () => pool.query('SELECT pg_sleep(0.01)');
    for (let at = 0; at < 5; at++) await slow();
    await reported(1);
    expect(reports).toEqual([expect.objectContaining({ left: 0, plan: undefined, noPlan: undefined })]);
    await eventually('the next report', async () => {
      await slow();
      return reports.length === 2;
    });
    expect(reports[1]!.left).toBeGreaterThanOrEqual(4);
  });

  it('say why there is no plan', async () => {
    const pool = await makePool({ slowQueryMs: 1, min: 0, max: 1 });
    await using lease = await pool.acquire();
    await lease.query('SELECT pg_sleep(0.01)');
    await reported(1);
    expect(reports[0]).toMatchObject({ plan: undefined, noPlan: 'no connection was free to ask for it' });
    await eventually('a statement that has none', async () => {
      await lease.query('DO $$ BEGIN PERFORM pg_sleep(0.01); END $$');
      return reports.length === 2;
    });
    expect(reports[1]).toMatchObject({ text: 'DO ?', noPlan: 'EXPLAIN does not take this statement' });
  });

  it('never run what stands behind the statement that is explained', async () => {
    const pool = await makePool({ slowQueryMs: 1, min: 2 });
    await pool.query('CREATE TABLE counted (n int)');
    await pool.query('SELECT pg_sleep(0.01); INSERT INTO counted VALUES (1)');
    await reported(1);
    expect(reports[0]!.noPlan).toBe('EXPLAIN does not take this statement');
    expect((await pool.query('SELECT * FROM counted')).rows).toHaveLength(1);
  });
});

const inRequest = <T>(work: () => T): T =>
  runInRequest(
    { id: '1', trace: { traceId: 'a'.repeat(32), parentId: 'b'.repeat(16), sampled: true }, startedAtMs: 0 },
    work,
  );

/** Tags that would end the comment and the statement if they could. */
const hostileTags = () => ({ route: `/users/'*/ DROP TABLE x; --`, action: 'Größe', none: undefined });

describe('what the server is told', () => {
  const TEXT = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()';
  const sentBy = async (pool: PostgresPool): Promise<string> =>
    (await pool.query<{ query: string }>(TEXT)).rows[0]!.query;

  it('is the name of the application', async () => {
    const pool = await makePool({ applicationName: 'shop of Ann' });
    const { rows } = await pool.query('SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ application_name: 'shop of Ann' }]);
    expect((await (await makePool()).query(`SELECT current_setting('application_name') AS name`)).rows).toEqual([
      { name: 'performance-gateway' },
    ]);
  });

  it('has no comment by default, nor outside of a request', async () => {
    expect(await inRequest(async () => sentBy(await makePool()))).toBe(TEXT);
    expect(await sentBy(await makePool({ sqlComments: true }))).toBe(TEXT);
  });

  it('has the trace of the request in the form of sqlcommenter', async () => {
    const pool = await makePool({ sqlComments: true, max: 1 });
    const sent = await Promise.all([
      inRequest(() => sentBy(pool)),
      sentBy(pool), // waits for the connection, and for the context of its own caller
      inRequest(() => pool.use((client) => client.query(TEXT))).then(({ rows }) => rows[0]!['query']),
    ]);
    const commented = `${TEXT}/*traceparent='00-${'a'.repeat(32)}-${'b'.repeat(16)}-01'*/`;
    expect(sent).toEqual([commented, TEXT, commented]);
    expect(figureOf(pool, TEXT)).toMatchObject({ calls: 3 });
  });

  it('has tags from a function, sorted and encoded, and nothing can break out of them', async () => {
    const pool = await makePool({ sqlComments: hostileTags });
    expect(await sentBy(pool)).toBe(
      `${TEXT}/*action='Gr%C3%B6%C3%9Fe',route='%2Fusers%2F%27*%2F%20DROP%20TABLE%20x%3B%20--'*/`,
    );
  });

  it('has no second comment, and none where a statement is prepared under a name', async () => {
    const pool = await makePool({ sqlComments: () => ({ a: '1' }), max: 1 });
    const commented = `${TEXT} /* mine */`;
    expect((await pool.query(commented)).rows[0]!['query']).toBe(commented);
    for (let at = 0; at < 2; at++) expect((await pool.query({ name: 'n', text: TEXT })).rows[0]!['query']).toBe(TEXT);
  });

  it('is the plain statement where the function of tags fails', async () => {
    const pool = await makePool({
      sqlComments: () => {
        throw new Error('no tags');
      },
    });
    expect(await sentBy(pool)).toBe(TEXT);
  });
});
