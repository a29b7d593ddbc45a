import { eventually } from '../support/eventually';
import { outcome } from '../support/outcome';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

describe('a PostgreSQL that takes no more connections', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.query(`CREATE ROLE limited LOGIN PASSWORD 'limited' CONNECTION LIMIT 2`);
    const limited = new URL(server.url);
    limited.username = limited.password = 'limited';
    url = limited.href;
  });
  afterAll(() => server.close());

  const quick = { rideOutMs: 50, probeIntervalMs: 20 };

  it('goes on serving the connections it has, though the probe is refused one', async () => {
    const pool = await postgresPool(url, { postgres: { min: 2, max: 2, ...quick } });
    try {
      const deadline = performance.now() + 1_500;
      const failed: unknown[] = [];
      let answered = 0;
      while (performance.now() < deadline) {
        const { error } = await outcome(pool.query('SELECT 1'));
        if (error === undefined) answered++;
        else failed.push(error);
        await new Promise(setImmediate);
      }
      expect(failed).toEqual([]);
      expect(answered).toBeGreaterThan(20);
      expect(pool.stats()).toMatchObject({ breaker: 'closed', health: { state: 'up' } });
    } finally {
      await pool.drain(1_000);
    }
  });

  it('makes callers above its limit wait for the ones that are served, and is not called down', async () => {
    const pool = await postgresPool(url, { postgres: { min: 1, max: 6, ...quick } });
    try {
      const calls = Array.from({ length: 200 }, () => outcome(pool.query('SELECT pg_sleep(0.005)')));
      expect((await Promise.all(calls)).filter(({ error }) => error !== undefined)).toEqual([]);
      expect(pool.stats().breaker).toBe('closed');
    } finally {
      await pool.drain(1_000);
    }
  });

  it('is still told from one that is gone', async () => {
    const pool = await postgresPool(url, { postgres: { min: 2, max: 2, ...quick } });
    try {
      await server.stop('immediate');
      await eventually('it is down', () => pool.state === 'down');
    } finally {
      await server.restart();
      await pool.drain(1_000);
    }
  });
});
