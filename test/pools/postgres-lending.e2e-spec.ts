import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PoolLeak, poolLeaks } from '../../src/pools/pool-channels';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { eventually } from '../support/eventually';
import { holdLoop } from '../support/hold-loop';
import { SystemClock } from '../../src/common/clock';
import { makePostgresPool, postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

describe('what the PostgreSQL pool lends', () => {
  let server: PostgresServer;
  let pool: PostgresPool;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.query('CREATE TABLE thing (id int PRIMARY KEY, name text)');
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.query('TRUNCATE thing');
    pool = await postgresPool(server.url, { postgres: { min: 1, max: 1 } });
  });
  afterEach(() => pool.drain(1_000));

  const pid = async () => (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
  const runningOf = async (backend: number) => {
    const [row] = await server.query<{ state: string }>('SELECT state FROM pg_stat_activity WHERE pid = $1', [backend]);
    return row?.state;
  };

  it('is warm after start and keeps the connection through SQL errors', async () => {
    const first = await pid();
    await pool.query('INSERT INTO thing VALUES (1)');
    for (let round = 0; round < 20; round++) {
      await expect(pool.query('INSERT INTO thing VALUES ($1)', [1])).rejects.toMatchObject({ code: '23505' });
    }
    expect(await pid()).toBe(first);
    expect(pool.stats()).toMatchObject({ created: 1, inUse: 0, idle: 1, errors: 0 });
  });

  it('shows the caller in the stack of an SQL error', async () => {
    const error = await theCaller(pool).catch((thrown: Error) => thrown);
    expect((error as Error).stack).toMatch(/theCaller/);
  });

  it('rolls back what was left open, with or without a failed statement', async () => {
    const before = await pid();
    await pool.use(async (client) => {
      await client.query('BEGIN');
      await client.query('INSERT INTO thing VALUES (1)');
    });
    await pool.use(async (client) => {
      await client.query('BEGIN');
      await client.query('INSERT INTO thing VALUES (2)');
      await client.query('SELECT 1/0').catch(() => undefined);
    });
    const { rows } = await pool.query('SELECT pg_backend_pid() AS pid, (SELECT count(*)::int FROM thing) AS count');
    expect(rows).toEqual([{ pid: before, count: 0 }]);
  });

  it('rolls back on a throw through `await using`', async () => {
    const failing = async () => {
      await using lease = await pool.acquire();
      await lease.query('BEGIN');
      await lease.query('INSERT INTO thing VALUES (1)');
      throw new Error('on purpose');
    };
    await expect(failing()).rejects.toThrow('on purpose');
    expect((await pool.query('SELECT * FROM thing')).rows).toEqual([]);
  });

  it.each([
    ['SET', `SET search_path TO pg_catalog`, `SHOW search_path`],
    ['SET of a parameter that is not reported', `SET work_mem TO '123kB'`, `SHOW work_mem`],
    ['set_config', `SELECT set_config('app.user', 'eve', false)`, `SELECT current_setting('app.user', true)`],
    ['a temporary table', `CREATE TEMP TABLE leftover (id int)`, `SELECT to_regclass('leftover')`],
    ['SELECT INTO TEMP', `SELECT 1 AS one INTO TEMP leftover`, `SELECT to_regclass('leftover')`],
    ['LISTEN', `LISTEN channel`, `SELECT count(*) FROM pg_listening_channels()`],
    ['an advisory lock', `SELECT pg_advisory_lock(1)`, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'`],
    ['PREPARE', `PREPARE leftover AS SELECT 1`, `SELECT count(*) FROM pg_prepared_statements`],
    ['a cursor', `BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT`, `SELECT count(*) FROM pg_cursors`],
    [
      'DO',
      `DO $$ BEGIN PERFORM set_config('app.user', 'eve', false); END $$`,
      `SELECT current_setting('app.user', true)`,
    ],
  ])('leaves nothing of %s to the next borrower', async (_, change, look) => {
    const before = await pool.use(async (client) => (await client.query(look)).rows);
    const [during, pidDuring] = await pool.use(async (client) => {
      await client.query(change);
      const { rows } = await client.query(look);
      return [rows, (await client.query('SELECT pg_backend_pid() AS pid')).rows[0]!.pid as number];
    });
    const after = await pool.use(async (client) => (await client.query(look)).rows);
    const seen =
      JSON.stringify(after) === JSON.stringify(before) || JSON.stringify(after) === '[{"current_setting":""}]';
    expect(during).not.toEqual(before);
    expect({ after, seen }).toEqual({ after, seen: true });
    expect(await pid()).toBe(pidDuring);
  });

  it.each([
    ['always', '4MB'],
    ['when-changed', '123kB'], // what the documentation says escapes
  ] as const)('resets %s: what a function changes in a plain SELECT ends as %s', async (sessionReset, expected) => {
    await server.query(`CREATE OR REPLACE FUNCTION quietly() RETURNS text LANGUAGE sql
                        AS $$ SELECT set_config('work_mem', '123kB', false) $$`);
    const own = await postgresPool(server.url, { postgres: { min: 1, max: 1, sessionReset } });
    const look = async () =>
      (await own.query('SELECT pg_backend_pid() AS pid, current_setting($1)', ['work_mem'])).rows;
    const [before] = await look();
    await own.query('SELECT quietly()');
    expect(await look()).toEqual([{ ...before, current_setting: expected }]);
    await own.drain(1_000);
  });

  it('does not reset a session for what was local to its transaction', async () => {
    await pool.query({ name: 'kept', text: 'SELECT 1' });
    await pool.transaction(async (tx) => {
      await tx.query(`SET LOCAL search_path TO pg_catalog`);
      await tx.query(`SELECT set_config('app.user', 'eve', true)`);
    });
    expect((await pool.query(`SELECT count(*)::int AS count FROM pg_prepared_statements`)).rows).toEqual([
      { count: 1 },
    ]);
  });

  it('refuses a lease after its release, without harm to the next holder of the connection', async () => {
    const late = await pool.acquire();
    late.release();
    expect(() => late.release()).toThrow(expect.objectContaining({ code: 'POOL_LEASE_RELEASED' }));
    const current = await pool.acquire();
    await expect(late.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_LEASE_RELEASED' });
    expect((await current.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
    current.release();
    expect(pool.stats()).toMatchObject({ inUse: 0, idle: 1, acquired: 2, released: 2 });
  });

  it('does not lend a connection whose statement nobody awaited', async () => {
    const lease = await pool.acquire();
    const forgotten = lease.query('SELECT pg_sleep(30)');
    const failed = forgotten.then(
      () => 'answered',
      () => 'failed',
    );
    lease.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(await failed).toBe('failed');
  });

  it.each(['timeout', 'signal'])('cancels on the server after a %s and leaves the connection usable', async (how) => {
    const backend = await pid();
    const options = how === 'timeout' ? { timeoutMs: 100 } : { signal: AbortSignal.timeout(100) };
    const began = performance.now();
    const expected = how === 'timeout' ? { code: 'POOL_QUERY_TIMEOUT' } : { name: 'TimeoutError' };
    await expect(pool.query('SELECT pg_sleep(30)', [], options)).rejects.toMatchObject(expected);
    expect(performance.now() - began).toBeLessThan(9_000);
    await eventually('the backend is idle', async () => (await runningOf(backend)) === 'idle');
    expect(await pid()).toBe(backend);
  });

  it('cancels the statement that timed out, not another one of the same lease', async () => {
    await pool.use(async (client) => {
      const slow = client.query('SELECT pg_sleep(0.4), 1 AS one');
      const waiting = client.query('SELECT 2 AS two', [], { timeoutMs: 100 });
      const after = client.query('SELECT 3 AS three');
      await expect(waiting).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' });
      expect((await slow).rows).toEqual([{ pg_sleep: '', one: 1 }]);
      expect((await after).rows).toEqual([{ three: 3 }]);
    });
    expect(pool.stats().closed).toMatchObject({ unclean: 0 });
  });

  it('runs statements of one lease in the order they were given, whatever becomes of each', async () => {
    const outcomes = await pool.use((client) =>
      Promise.allSettled([
        client.query('SELECT 1 AS n'),
        client.query('SELEC'),
        client.query('SELECT $1::int AS n', [2]),
        client.query('SELECT $1::int AS n', [Symbol('not a value')]),
        client.query('SELECT 3 AS n'),
      ]),
    );
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.rows[0]!.n : 'failed'))).toEqual([
      1,
      'failed',
      2,
      'failed',
      3,
    ]);
  });

  it('reports a leak with the line that took the lease, and its late return', async () => {
    const leaks: PoolLeak[] = [];
    const note = (leak: unknown) => void leaks.push(leak as PoolLeak);
    subscribe(poolLeaks.name, note);
    const leaking = await postgresPool(server.url, { postgres: { leakThresholdMs: 50, maintenanceIntervalMs: 20 } });
    try {
      const lease = await leaking.acquire();
      await eventually('the leak is reported', () => leaks.length === 1);
      expect(leaks[0]!.stack).toMatch(/postgres-lending\.e2e-spec/);
      await sleep(100);
      expect(leaks).toHaveLength(1);
      lease.release();
      expect(leaks[1]).toMatchObject({ returned: true });
      expect(leaking.stats()).toMatchObject({ leaks: 1, returnedLate: 1 });
    } finally {
      unsubscribe(poolLeaks.name, note);
      await leaking.drain(0);
    }
  });

  it('cancels what still runs when the drain is over, and tells the borrower', async () => {
    const lease = await pool.acquire();
    const running = lease.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
    await eventually('it runs', async () => (await sleepers(server)) === 1);
    await pool.drain(100);
    expect(await running).toBeInstanceOf(Error);
    await expect(lease.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    lease.release();
    await eventually('the backend is gone', async () => (await sleepers(server)) === 0, { timeoutMs: 2_000 });
  });

  it('looks like pg.Pool to code written for it, and rolls back what that leaves open', async () => {
    const facade = pool.driverFacade;
    await new Promise<void>((resolve, reject) => {
      facade.connect((error, client, release) => {
        if (error) return reject(error as Error);
        client!.query('BEGIN', () =>
          client!.query('INSERT INTO thing VALUES ($1)', [1], (failure) => {
            release!();
            if (failure) reject(failure);
            else resolve();
          }),
        );
      });
    });
    expect((await facade.query('SELECT * FROM thing')).rows).toEqual([]);
    await facade.end();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('goes on with a lease whose statement timed out', async () => {
    await pool.use(async (client) => {
      await expect(client.query('SELECT pg_sleep(30)', [], { timeoutMs: 50 })).rejects.toMatchObject({
        code: 'POOL_QUERY_TIMEOUT',
      });
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });

  it('names the default timeout, which the server keeps', async () => {
    await pool.drain(0);
    pool = await postgresPool(server.url, { postgres: { queryTimeoutMs: 100 } });
    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject({
      code: 'POOL_QUERY_TIMEOUT',
      timeoutMs: 100,
    });
  });

  it('gives one statement more time than the default, and only that one', async () => {
    await pool.drain(0);
    pool = await postgresPool(server.url, { postgres: { min: 1, max: 1, queryTimeoutMs: 100 } });
    const long = `SELECT pg_sleep(1.5), current_setting('statement_timeout') AS timeout`;
    const { rows } = await pool.query(long, [], { timeoutMs: 60_000 });
    expect(rows).toMatchObject([{ timeout: '1min' }]);
    const late = { code: 'POOL_QUERY_TIMEOUT', timeoutMs: 100 };
    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject(late);
    await pool.use(async (client) => {
      await client.query(long, [], { timeoutMs: 60_000 });
      await expect(client.query('SELECT pg_sleep(5)')).rejects.toMatchObject(late);
      await expect(client.query('SELECT pg_sleep(5)', [], { timeoutMs: 200 })).rejects.toMatchObject({
        timeoutMs: 200,
      });
    });
    await pool.transaction(async (tx) => {
      await tx.query('SELECT pg_sleep(0.2)', [], { timeoutMs: 60_000 });
      await expect(tx.query('SELEC', [], { timeoutMs: 60_000 })).rejects.toMatchObject({ code: '42601' });
      throw new Error('rolled back');
    }).catch((error: Error) => expect(error.message).toBe('rolled back')); // prettier-ignore
    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject(late);
    expect(pool.stats()).toMatchObject({ created: 1, inUse: 0 });
  });

  it('prepares named statements once per connection and survives a changed schema', async () => {
    const named = { name: 'things' };
    for (let round = 0; round < 3; round++) await pool.query('SELECT * FROM thing WHERE id = $1', [1], named);
    const { rows } = await pool.query(`SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements`);
    expect(rows).toEqual([{ runs: '3' }]);
    await server.query('ALTER TABLE thing ADD COLUMN more int');
    expect((await pool.query('SELECT * FROM thing WHERE id = $1', [1], named)).rows).toEqual([]);
  });

  it('says that a swallowed failure rolled the transaction back', async () => {
    const swallowing = pool.transaction(async (tx) => {
      await tx.query('INSERT INTO thing VALUES (1)');
      await tx.query('SELECT 1/0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'POOL_TRANSACTION_ROLLED_BACK' });
  });

  it('runs transactions again that lost against another one', async () => {
    pool.resize({ max: 2 });
    await pool.query('INSERT INTO thing VALUES (1, $1)', ['0']);
    let attempts = 0;
    let reads = 0;
    const bothHaveRead = Promise.withResolvers<void>();
    const increment = () =>
      pool.transaction(
        async (tx) => {
          attempts++;
          const { rows } = await tx.query<{ name: string }>('SELECT name FROM thing WHERE id = 1');
          if (++reads === 2) bothHaveRead.resolve();
          await bothHaveRead.promise;
          await tx.query('UPDATE thing SET name = $1 WHERE id = 1', [String(Number(rows[0]!.name) + 1)]);
        },
        { isolation: 'serializable', retrySerialization: true },
      );
    await Promise.all([increment(), increment()]);
    expect((await pool.query('SELECT name FROM thing')).rows).toEqual([{ name: '2' }]);
    expect(attempts).toBeGreaterThan(2);
  });

  it('says that a statement has too many parameters, and keeps the connection', async () => {
    const first = await pid();
    const values = Array.from({ length: 65_536 }, (_, index) => index);
    const refusal = { code: 'POOL_POSTGRES_USAGE', message: expect.stringMatching(/65536 parameters.*at most 65535/) };
    await expect(pool.query('SELECT 1', values)).rejects.toMatchObject(refusal);
    await expect(pool.query({ text: 'SELECT 1', values })).rejects.toMatchObject(refusal);
    await expect(pool.use((client) => client.query('SELECT 1', values))).rejects.toMatchObject(refusal);
    const { rows } = await pool.query(
      `SELECT cardinality(ARRAY[${values.slice(1).map((_, n) => `$${n + 1}::int`)}]) AS n`,
      values.slice(1),
    );
    expect(rows).toEqual([{ n: 65_535 }]);
    expect(await pid()).toBe(first);
  });

  it('gives each of many transactions its five attempts, and no sixth', async () => {
    const lost = Object.assign(new Error('could not serialize access'), { code: '40001' });
    const losing = async (times: number) => {
      let attempts = 0;
      const work = () => (++attempts > times ? Promise.resolve(attempts) : Promise.reject(lost));
      return await pool.transaction(work, { retrySerialization: true });
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => losing(4)));
    expect(answers).toEqual(Array.from({ length: 20 }, () => 5));
    await expect(losing(5)).rejects.toBe(lost);
  });

  it('opens a connection that was in the making while the event loop was stopped', async () => {
    const cold = makePostgresPool(
      server.url,
      { postgres: { min: 0, max: 1, connectTimeoutMs: 300 } },
      new SystemClock(),
    );
    const answer = cold.query('SELECT 1 AS one');
    await new Promise(setImmediate); // it connects
    holdLoop(600);
    expect((await answer).rows).toEqual([{ one: 1 }]);
    expect(cold.stats()).toMatchObject({ created: 1, errors: 0 });
    await cold.drain(500);
  });

  it('reads what has come before it judges, after the event loop was stopped', async () => {
    pool.resize({ max: 3 });
    await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.05)')));
    const answers = [1, 2, 3].map((n) => pool.query('SELECT $1::int AS n', [n], { timeoutMs: 200 }));
    const served = pool.query('SELECT 4 AS n', [], { acquireTimeoutMs: 200 }); // waits for one of the three
    await new Promise(setImmediate); // they are sent
    holdLoop(600);
    const rows = await Promise.all([...answers, served].map(async (answer) => (await answer).rows[0]));
    expect(rows).toEqual([1, 2, 3, 4].map((n) => ({ n })));
  });
});

async function theCaller(pool: PostgresPool) {
  return await pool.query('SELEC 1');
}

async function sleepers(server: PostgresServer): Promise<number> {
  return (await server.query(`SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%'`)).length;
}
