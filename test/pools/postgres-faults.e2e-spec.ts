import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { poolBreakerChanges, type PoolBreakerChange } from '../../src/pools/pool-channels';
import type { PostgresPool } from '../../src/pools/postgres/postgres-pool';
import { eventually } from '../support/eventually';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

/** Timings here are generous on purpose: the bounds of the promise are judged by bench/pools. */
describe('the PostgreSQL pool when things happen to the server', () => {
  let server: PostgresServer;
  let pool: PostgresPool;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  beforeEach(async () => {
    pool = await postgresPool(server.url, { postgres: { min: 2, max: 4, probeIntervalMs: 200 } });
  });
  afterEach(async () => {
    server.thaw();
    await pool.drain(500);
    if (!(await server.isRunning())) await server.restart();
    await server.query('DROP TABLE IF EXISTS thing');
  });
  afterAll(() => server.close());

  const works = async () => (await pool.query('SELECT 1', [], { idempotent: true })).rows.length === 1;

  it('replaces killed idle connections without traffic', async () => {
    expect(await server.killBackends()).toBeGreaterThanOrEqual(2);
    // The probe may open one for itself meanwhile, where the pool has room.
    await eventually('the pool is full again', () => {
      const { closed, idle } = pool.stats();
      return closed.lost === 2 && (idle === 2 || idle === 3);
    });
    await eventually('it is up', () => pool.state === 'up');
    expect(await works()).toBe(true);
  });

  it('survives the death of leased connections and says so to the borrower', async () => {
    const lease = await pool.acquire();
    const running = lease.query('SELECT pg_sleep(30)');
    const failed = expect(running).rejects.toMatchObject({ code: '57P01' });
    await eventually('it runs', async () => {
      const rows = await server.query(
        `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()`,
      );
      return rows.length === 1;
    });
    await server.killBackends();
    await failed;
    await expect(lease.query('SELECT 1')).rejects.toThrow();
    lease.release();
    expect(pool.stats()).toMatchObject({ inUse: 0 });
    expect(await works()).toBe(true);
  });

  it.each(['fast', 'immediate'] as const)(
    'rides out a restart with -m %s: callers wait instead of failing',
    async (mode) => {
      await pool.drain(100);
      // On a busy machine a restart may last longer than the default waits out; no caller fails meanwhile all the same.
      pool = await postgresPool(server.url, {
        acquireTimeoutMs: 20_000,
        postgres: { min: 2, probeIntervalMs: 200, rideOutMs: 15_000 },
      });
      const stop = new AbortController();
      let failures = 0;
      let answers = 0;
      const callers = Array.from({ length: 8 }, async () => {
        while (!stop.signal.aborted) {
          await pool.query('SELECT 1', [], { idempotent: true }).then(
            () => answers++,
            () => failures++,
          );
          await sleep(1);
        }
      });
      await eventually('it works', () => answers > 100);
      await server.stop(mode);
      await server.restart();
      const before = answers;
      await eventually('it works again', () => answers > before + 100);
      stop.abort();
      await Promise.all(callers);
      // Only what was on the wire when the server went may fail, and being idempotent most of that was repeated.
      expect(failures).toBeLessThanOrEqual(8);
      await eventually('it is up', () => pool.state === 'up' && pool.stats().breaker === 'closed');
    },
  );

  it('is down, refuses at once and recovers without traffic when the server stays away', async () => {
    await pool.drain(100);
    pool = await postgresPool(server.url, { postgres: { min: 2, probeIntervalMs: 200, rideOutMs: 500 } });
    const turns: PoolBreakerChange[] = [];
    const onTurn = (turn: unknown) => void turns.push(turn as PoolBreakerChange);
    subscribe(poolBreakerChanges.name, onTurn);
    await server.stop('immediate');
    const first = pool.query('SELECT 1').catch((error: unknown) => error);
    await eventually('it is down', () => pool.state === 'down' && pool.stats().breaker !== 'closed');
    expect(await first).toMatchObject({ code: 'POOL_BREAKER_OPEN' });
    const { health } = pool.stats();
    expect(health.lastError?.message).toMatch(/ECONNREFUSED/);
    const began = performance.now();
    await expect(Promise.all(Array.from({ length: 50 }, () => pool.query('SELECT 1')))).rejects.toMatchObject({
      code: expect.stringMatching(/POOL_BREAKER_OPEN/),
      retryAfterSeconds: 1,
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    await server.restart();
    await eventually('it is up', () => pool.state === 'up');
    expect(await works()).toBe(true);
    await eventually('it is warm', () => pool.stats().idle >= 2);
    unsubscribe(poolBreakerChanges.name, onTurn);
    const endpoint = `127.0.0.1:${server.port}`;
    expect(turns.at(0)).toMatchObject({ pool: 'postgres', endpoint, to: 'open' });
    expect(turns.at(-1)).toMatchObject({ pool: 'postgres', endpoint, to: 'closed' });
  });

  it('does not storm a dead server', async () => {
    await server.stop();
    await eventually('the connections are gone', () => pool.stats().idle === 0);
    const before = pool.stats().errors;
    const callers = Array.from({ length: 200 }, () => pool.query('SELECT 1').catch((error: unknown) => error));
    await sleep(500);
    expect(pool.stats().errors - before).toBeLessThan(60);
    await pool.drain(100);
    for (const error of await Promise.all(callers)) expect(error).toBeInstanceOf(Error);
  });

  it('notices a frozen server, lets nobody hang and goes on after the thaw', async () => {
    await server.freeze();
    const began = performance.now();
    await expect(pool.query('SELECT 1', [], { timeoutMs: 300 })).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' });
    expect(performance.now() - began).toBeLessThan(5_000);
    await eventually('it is down', () => pool.state === 'down');
    await expect(pool.query('SELECT 1', [], { timeoutMs: 300 })).rejects.toThrow();
    server.thaw();
    await eventually('it is up', () => pool.state === 'up' && pool.stats().breaker === 'closed', { timeoutMs: 15_000 });
    expect(await works()).toBe(true);
  });

  it('cuts statements of a frozen server at the default timeout, too', async () => {
    await pool.drain(100);
    pool = await postgresPool(server.url, { postgres: { min: 2, queryTimeoutMs: 500 } });
    await server.freeze();
    await Promise.all([
      expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' }),
      expect(pool.use((client) => client.query('SELECT 1'))).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' }),
    ]);
  });

  it('starts without a server, and works as soon as there is one', async () => {
    await server.stop();
    const late = await postgresPool(server.url, { acquireTimeoutMs: 200 });
    expect(late.state).toBe('down');
    await expect(late.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    await expect(late.query('SELECT 1')).rejects.toThrow(/ECONNREFUSED.*{ postgres: { url } }/);
    await server.restart();
    await eventually('it is up', () => late.state === 'up');
    expect((await late.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await late.drain(500);
  });

  it('leaves a server that turned read-only and finds back when it takes writes again', async () => {
    await server.query('CREATE TABLE thing (id int)');
    const readOnly = async (value: 'on' | 'off') => {
      await server.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await server.query('SELECT pg_reload_conf()');
      await eventually(`read-only is ${value}`, async () => {
        const [row] = await server.query<{ value: string }>(
          `SELECT current_setting('default_transaction_read_only') AS value`,
        );
        return row?.value === value;
      });
    };
    await readOnly('on');
    await eventually('writes are refused', async () => {
      const error = await pool.query('INSERT INTO thing VALUES (1)').catch((thrown: { code?: string }) => thrown);
      return (error as { code?: string }).code === '25006';
    });
    expect(await works()).toBe(true);
    await eventually(
      'the connections of before are gone',
      () => pool.stats().closed.evicted + pool.stats().closed.unclean >= 1,
    );
    await readOnly('off');
    await eventually('writes work', async () => {
      await pool.query('INSERT INTO thing VALUES (2)');
      return true;
    });
  });

  it('does not leave a server because a transaction was read-only by intent', async () => {
    await server.query('CREATE TABLE thing (id int)');
    const writing = pool.transaction((tx) => tx.query('INSERT INTO thing VALUES (1)'), { readOnly: true });
    await expect(writing).rejects.toMatchObject({ code: '25006' });
    await eventually('it came back', () => pool.stats().inUse === 0);
    expect(pool.stats().closed).toMatchObject({ evicted: 0, unclean: 0 });
  });

  it('connects through what refuses start-up parameters', async () => {
    const plain = await postgresPool(`${server.url}?options=${encodeURIComponent('-c no.such=1')}`);
    expect((await plain.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await plain.drain(500);
  });
});
