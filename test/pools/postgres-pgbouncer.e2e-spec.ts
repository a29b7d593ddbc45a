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
    const pool = await postgresPool(bouncer.url, { postgres: { min: 2, max: 20, ...quick } });
    try {
      const calls = Array.from({ length: 40 }, () => outcome(pool.query('SELECT pg_sleep(0.15)')));
      await eventually('the queue is seen', () => pool.state === 'degraded');
      expect(pool.health().lastError?.message).toMatch(/ran no statement within 100 ms/);
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
});
