import { Logger } from '@nestjs/common';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { eventually } from '../support/eventually';
import { outcome } from '../support/outcome';
import { PgBouncer } from '../support/pgbouncer';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

describe('PostgreSQL behind a PgBouncer', () => {
  let server: PostgresServer;
  let bouncer: PgBouncer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    bouncer = await PgBouncer.start(server.url, { default_pool_size: '2' });
  });
  afterAll(async () => {
    await bouncer.close();
    await server.close();
  });

  const quick = { rideOutMs: 200, probeIntervalMs: 50, probeTimeoutMs: 100 };

  it('is not dead for having a queue: every caller is served, however long the queue', async () => {
    const patient = { ...quick, probeTimeoutMs: 400 };
    const pool = await postgresPool(bouncer.url, { postgres: { min: 35, max: 35, ...patient } });
    try {
      const calls = Array.from({ length: 30 }, () => outcome(pool.query('SELECT pg_sleep(0.2)')));
      await eventually('the queue is seen', () => {
        const { state, lastError } = pool.health();
        return state === 'degraded' && lastError?.message.endsWith('ran no statement within 400 ms');
      });
      expect((await Promise.all(calls)).flatMap(({ error }) => error?.message ?? [])).toEqual([]);
      expect(pool.stats()).toMatchObject({ breaker: 'closed', rejected: { breaker_open: 0 } });
      await eventually('the queue is gone', () => pool.state === 'up');
    } finally {
      await pool.drain(1_000);
    }
  });

  it('is not dead for taking no more clients', async () => {
    const small = await PgBouncer.start(server.url, { max_client_conn: '2' });
    const pool = await postgresPool(small.url, { postgres: { min: 1, max: 6, ...quick } });
    try {
      const calls = Array.from({ length: 100 }, () => outcome(pool.query('SELECT pg_sleep(0.01)')));
      expect((await Promise.all(calls)).flatMap(({ error }) => error?.message ?? [])).toEqual([]);
      expect(pool.stats().breaker).toBe('closed');
    } finally {
      await pool.drain(1_000);
      await small.close();
    }
  });

  describe('with the option for it', () => {
    let pool: PostgresPool;
    beforeEach(async () => {
      const options = { min: 4, max: 12, pgbouncer: true, queryTimeoutMs: 300 };
      pool = await postgresPool(bouncer.url, { postgres: options });
    });
    afterEach(() => pool.drain(1_000));

    it('serves named statements and transactions of many callers, each its own', async () => {
      await pool.query('CREATE TABLE account AS SELECT id, 0 AS balance FROM generate_series(1, 2) id');
      const callers = Array.from({ length: 60 }, async (_, n) => {
        const { rows } = await pool.query('SELECT $1::int AS n', [n], { name: `named-${n % 3}` });
        expect(rows).toEqual([{ n }]);
        await pool.transaction(async (tx) => {
          await tx.query({ text: 'UPDATE account SET balance = balance - 1 WHERE id = 1', name: 'take' });
          await tx.query('SET LOCAL lock_timeout = 5000');
          await tx.query('UPDATE account SET balance = balance + 1 WHERE id = 2');
          if (n % 2 === 0) throw new Error('rolled back');
        }).catch((error: Error) => expect(error.message).toBe('rolled back')); // prettier-ignore
      });
      await Promise.all(callers);
      const { rows } = await pool.query('SELECT balance FROM account ORDER BY id');
      expect(rows).toEqual([{ balance: -30 }, { balance: 30 }]);
      expect(pool.stats()).toMatchObject({ errors: 0, closed: { unclean: 0, lost: 0 }, health: { state: 'up' } });
    });

    it('keeps the time of statements by itself, of longer ones too', async () => {
      const late = { code: 'POOL_QUERY_TIMEOUT', timeoutMs: 300 };
      await expect(pool.query('SELECT pg_sleep(30)')).rejects.toMatchObject(late);
      await expect(pool.use((client) => client.query('SELECT pg_sleep(30)'))).rejects.toMatchObject(late);
      expect((await pool.query('SELECT pg_sleep(0.6), 1 AS one', [], { timeoutMs: 5_000 })).rows).toMatchObject([
        { one: 1 },
      ]);
      await eventually('nothing runs any more', async () => {
        const rows = await server.query(`SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()`); // prettier-ignore
        return rows.length === 0;
      });
    });

    it.each([
      'SET search_path TO nowhere',
      'SELECT pg_advisory_lock(1)',
      'LISTEN channel',
      'CREATE TEMP TABLE mine (id int)',
      'PREPARE mine AS SELECT 1',
    ])('refuses %s on a lease as well, inside a transaction or not', async (text) => {
      const refused = { code: 'POOL_SESSION_STATEMENT', message: expect.stringMatching(/PgBouncer/) as string };
      await pool.use(async (client) => {
        await expect(client.query(text)).rejects.toMatchObject(refused);
      });
      await pool.transaction(async (tx) => {
        await expect(tx.query(text)).rejects.toMatchObject(refused);
      });
      await expect(pool.query(text)).rejects.toMatchObject({ code: 'POOL_SESSION_STATEMENT' });
    });

    it('gives rows as a stream, each reader its own', async () => {
      const readers = Array.from({ length: 12 }, async (_, n) => {
        const read: number[] = [];
        const rows = 'SELECT n FROM generate_series(1, $1::int) AS n';
        for await (const row of pool.stream<{ n: number }>(rows, [200 + n])) read.push(row.n);
        expect(read).toEqual(Array.from({ length: 200 + n }, (__, index) => index + 1));
      });
      await Promise.all(readers);
      await expect(pool.stream('SELECT pg_sleep(10)').next()).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' });
    });

    it('lets a transaction have what ends with it', async () => {
      await pool.transaction(async (tx) => {
        await tx.query('CREATE TEMP TABLE mine ON COMMIT DROP AS SELECT 1 AS one');
        await tx.query('DECLARE rows CURSOR FOR SELECT one FROM mine');
        expect((await tx.query('FETCH ALL FROM rows')).rows).toEqual([{ one: 1 }]);
        await tx.query('SELECT pg_advisory_xact_lock(1)');
      });
    });
  });

  it('tells once that it looks like one where the option is not set', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const pool = await postgresPool(bouncer.url, { postgres: { min: 2, ...quick } });
    try {
      expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
        expect.stringMatching(/PgBouncer.*{ pgbouncer }/),
      ]);
    } finally {
      warn.mockRestore();
      await pool.drain(1_000);
    }
  });
});
