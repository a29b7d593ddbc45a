import type { PostgresPool } from '../../src/pools/postgres/postgres.pool';
import { eventually } from '../support/eventually';
import { outcome } from '../support/outcome';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';
import { TcpProxy } from '../support/tcp-proxy';

describe('the PostgreSQL pool behind a bad network', () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  let pool: PostgresPool;
  beforeAll(async () => {
    server = await PostgresServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });
  beforeEach(async () => {
    const url = server.url.replace(`:${server.port}`, `:${proxy.port}`);
    pool = await postgresPool(url, {
      acquireTimeoutMs: 1_000,
      postgres: { min: 1, max: 3, probeIntervalMs: 100, connectTimeoutMs: 300, probeTimeoutMs: 300, rideOutMs: 500 },
    });
  });
  afterEach(async () => {
    proxy.forward();
    await pool.drain(200);
  });

  const recovers = () => eventually('it works again', async () => (await pool.query('SELECT 1')).rows.length === 1);

  it('replaces connections that were cut, leased ones too', async () => {
    const lease = await pool.acquire();
    const running = outcome(lease.query('SELECT pg_sleep(5)'));
    proxy.cut();
    expect((await running).ms).toBeLessThan(2_000);
    lease.release();
    await recovers();
  });

  it('settles every call while new connections are accepted and closed at once', async () => {
    proxy.closeNew();
    proxy.cut();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(pool.query('SELECT 1'))));
    for (const { error, ms } of outcomes) {
      expect(error).toBeDefined();
      expect(ms).toBeLessThan(2_500);
    }
    proxy.forward();
    await recovers();
  });

  it('settles every call by its deadline while nothing comes through, and uses no half-dead connection after', async () => {
    proxy.stall();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => outcome(pool.query('SELECT 1', [], { timeoutMs: 300 }))),
    );
    for (const { error, ms } of outcomes) {
      expect(error).toBeDefined();
      expect(ms).toBeLessThan(3_000);
    }
    await eventually('it is down', () => pool.state === 'down');
    proxy.forward();
    await eventually('it is up', () => pool.state === 'up');
    await recovers();
    await eventually('nothing is stuck', () => pool.stats().inUse === 0);
  });

  it('outlives the crash of every backend after one was killed with SIGKILL', async () => {
    const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]!.pid, 'SIGKILL');
    await recovers();
    await eventually('it is up', () => pool.state === 'up');
    expect(pool.stats().closed.lost).toBeGreaterThan(0);
  });
});
