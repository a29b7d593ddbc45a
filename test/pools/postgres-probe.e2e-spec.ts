import { eventually } from '../support/eventually';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

describe('the probe of the PostgreSQL pool', () => {
  let server: PostgresServer;
  beforeAll(async () => (server = await PostgresServer.start()));
  afterAll(() => server.close());

  const quick = { probeIntervalMs: 20, probeTimeoutMs: 400, rideOutMs: 100 };
  const sessions = async () => {
    const rows = await server.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'performance-gateway'`,
    );
    return rows[0]!.n;
  };

  it('takes no connection beyond the maximum, with all of them in use and with none', async () => {
    const pool = await postgresPool(server.url, { postgres: { min: 0, max: 2, ...quick } });
    try {
      expect(pool.state).toBe('up');
      const leases = [await pool.acquire(), await pool.acquire()];
      for (let look = 0; look < 20; look++) expect(await sessions()).toBe(2);
      expect(pool.state).toBe('up');
      for (const lease of leases) lease.release(true);
      await eventually('they are closed', () => pool.stats().idle === 0 && pool.stats().inUse === 0);
      for (let look = 0; look < 20; look++) expect(await sessions()).toBeLessThanOrEqual(1);
      expect(pool.state).toBe('up');
      expect(pool.stats()).toMatchObject({ acquired: 2, released: 2, errors: 0 });
    } finally {
      await pool.drain(1_000);
    }
  });

  it('keeps no idle connection from being closed', async () => {
    const postgres = { min: 0, max: 2, idleTimeoutMs: 100, maintenanceIntervalMs: 20, ...quick };
    const pool = await postgresPool(server.url, { postgres });
    try {
      await pool.query('SELECT 1');
      await eventually('it was idle for long enough', () => pool.stats().closed.idle > 0 && pool.stats().idle === 0);
      expect(pool.state).toBe('up');
    } finally {
      await pool.drain(1_000);
    }
  });

  it('finds out that a server is frozen and that it is not any more, with every connection in use', async () => {
    const pool = await postgresPool(server.url, { postgres: { min: 1, max: 1, ...quick } });
    try {
      const lease = await pool.acquire();
      await server.freeze();
      await eventually('it is down', () => pool.state === 'down');
      server.thaw();
      await eventually('it is up', () => pool.state === 'up');
      lease.release();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    } finally {
      server.thaw();
      await pool.drain(1_000);
    }
  });
});
