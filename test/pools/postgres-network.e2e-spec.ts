import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
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
    const { ms, code, error } = await running;
    expect(ms).toBeLessThan(2_000);
    expect(code).toBe('POOL_CONNECTION_LOST');
    expect((error as Error).message).toMatch(/Connection terminated unexpectedly|ECONNRESET/);
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

  it('follows its address to the new primary when the old one turns read-only, without storming either', async () => {
    const successor = await PostgresServer.start();
    try {
      for (const one of [server, successor]) await one.query('CREATE TABLE IF NOT EXISTS thing (id int)');
      await successor.query(`ALTER USER postgres PASSWORD '${new URL(server.url).password}'`);
      const stop = new AbortController();
      let written = 0;
      const writers = Array.from({ length: 5 }, async () => {
        while (!stop.signal.aborted) {
          await pool.query('INSERT INTO thing VALUES (1)').then(
            () => written++,
            () => sleep(2),
          );
        }
      });
      await eventually('writes work', () => written > 20);
      await server.query('ALTER SYSTEM SET default_transaction_read_only = on');
      await server.query('SELECT pg_reload_conf()');
      await eventually('writes are refused', () => {
        const { closed } = pool.stats();
        return closed.evicted + closed.unclean > 0;
      });
      await sleep(300);
      const createdBefore = pool.stats().created;
      proxy.leadTo(successor.port);
      const before = written;
      await eventually('writes work again', () => written > before + 50);
      stop.abort();
      await Promise.all(writers);
      expect(createdBefore).toBeLessThan(30);
      expect(pool.stats().created - createdBefore).toBeLessThan(20);
    } finally {
      proxy.leadTo(server.port);
      await server.query('ALTER SYSTEM RESET default_transaction_read_only');
      await successor.close();
    }
  });
});
