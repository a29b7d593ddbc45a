import { Logger } from '@nestjs/common';
import type { ListenGap, PostgresPool } from '../../src/pools';
import { eventually } from '../support/eventually';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';
import { TcpProxy } from '../support/tcp-proxy';

describe('listen()', () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  const pools: PostgresPool[] = [];

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    server = await PostgresServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.drain(500)));
    proxy.forward();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await proxy.close();
    await server.close();
  });

  async function makePool(url = server.url, max = 4): Promise<PostgresPool> {
    const pool = await postgresPool(url, { postgres: { min: 0, max, probeIntervalMs: 50 } });
    pools.push(pool);
    return pool;
  }

  const notify = (channel: string, payload: string) => server.query('SELECT pg_notify($1, $2)', [channel, payload]);

  it('delivers what is sent on each channel, in order, to everyone who listens, on one connection', async () => {
    const pool = await makePool();
    const seen: string[] = [];
    const first = await pool.listen('orders', (payload) => seen.push(`a:${payload}`));
    const second = await pool.listen('orders', (payload, { channel }) => seen.push(`b:${channel}:${payload}`));
    await pool.listen('Odd "name"', (payload) => seen.push(`odd:${payload}`));
    expect(pool.stats().inUse).toBe(1);
    await notify('orders', '1');
    await notify('Odd "name"', '2');
    await notify('orders', '');
    await eventually('all have come', () => seen.length === 5);
    expect(seen).toEqual(['a:1', 'b:orders:1', 'odd:2', 'a:', 'b:orders:']);
    await first.close();
    await first.close();
    await notify('orders', '3');
    await eventually('the other has it', () => seen.length === 6);
    expect(seen.at(-1)).toBe('b:orders:3');
    await second.close();
    await notify('orders', '4');
    await notify('Odd "name"', '5');
    await eventually('the last has come', () => seen.at(-1) === 'odd:5');
    expect(seen).toHaveLength(7);
  });

  it('gives the connection back, and clean, when nobody listens any more', async () => {
    const pool = await makePool(server.url, 2);
    const seen: string[] = [];
    {
      await using subscription = await pool.listen('brief', (payload) => seen.push(payload));
      expect(subscription.channel).toBe('brief');
    }
    await eventually('it is back', () => pool.stats().inUse === 0);
    await notify('brief', 'late');
    expect((await pool.query('SELECT * FROM pg_listening_channels()')).rows).toEqual([]);
    const controller = new AbortController();
    await pool.listen('brief', (payload) => seen.push(payload), { signal: controller.signal });
    controller.abort();
    await eventually('it is back', () => pool.stats().inUse === 0);
    expect(seen).toEqual([]);
  });

  it('survives lost connections: whoever misses a message is told of a gap after it was sent', async () => {
    const pool = await makePool();
    const got = new Set<number>();
    /** The last number sent when `onGap` was called. */
    const gaps: number[] = [];
    let sent = 0;
    await pool.listen('numbers', (payload) => got.add(Number(payload)), { onGap: () => gaps.push(sent) });
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 5; i++) await notify('numbers', String(++sent));
      await server.killBackends('performance-gateway');
      for (let i = 0; i < 5; i++) await notify('numbers', String(++sent));
      await eventually('it listens again', () => gaps.length > round);
    }
    await notify('numbers', String(++sent));
    await eventually('the last has come', () => got.has(sent));
    const missed = Array.from({ length: sent }, (_, index) => index + 1).filter((number) => !got.has(number));
    expect(gaps).toHaveLength(4);
    for (const number of missed) expect(gaps.some((last) => last >= number)).toBe(true);
  });

  it('comes back after the server has been away, and tells when and why', async () => {
    const pool = await makePool();
    const [seen, gaps]: [string[], ListenGap[]] = [[], []];
    const before = Date.now();
    await pool.listen('outage', (payload) => seen.push(payload), { onGap: (gap) => gaps.push(gap) });
    await server.stop('immediate');
    await server.restart();
    await eventually('it listens again', () => gaps.length === 1);
    expect(gaps[0]).toMatchObject({ channel: 'outage', error: expect.any(Error) });
    expect(gaps[0]!.lostAtMs).toBeGreaterThanOrEqual(before);
    await notify('outage', 'after');
    await eventually('it has come', () => seen.includes('after'));
    expect(pool.stats().listenGaps).toBe(1);
  });

  it('counts a gap, and says in health that it listens to nothing, as long as that is so', async () => {
    const pool = await makePool(server.url, 2);
    await pool.listen('alone', () => undefined);
    const lease = await pool.acquire();
    pool.resize({ max: 1 }); // so that there is no other connection to listen on
    await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`);
    await eventually('it says so', () => {
      const { state, lastError } = pool.health();
      return state === 'degraded' && lastError?.message.startsWith('It listens to nothing');
    });
    expect(pool.stats().listenGaps).toBe(1);
    lease.release();
    await eventually('it listens again', () => pool.state === 'up');
    expect(pool.stats().listenGaps).toBe(1);
  });

  it('finds out by itself that the network swallows everything', async () => {
    const pool = await makePool(server.url.replace(`:${server.port}`, `:${proxy.port}`));
    const gaps: ListenGap[] = [];
    await pool.listen('silence', () => undefined, { onGap: (gap) => gaps.push(gap) });
    proxy.stall();
    await eventually('the connection is given up', () => pool.stats().closed.released_with_error > 0, {
      timeoutMs: 20_000,
    });
    proxy.forward();
    await eventually('it listens again', () => gaps.length === 1, { timeoutMs: 20_000 });
  }, 60_000);

  it('keeps handlers apart: one that throws, or queries, disturbs no other', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const pool = await makePool();
    const seen: unknown[] = [];
    await pool.transaction(async () => {
      await pool.listen('work', () => {
        throw new Error('of the handler');
      });
      await pool.listen('work', async () => Promise.reject(new Error('later')));
      await pool.listen('work', async () => seen.push((await pool.query('SELECT 1 AS one')).rows[0]));
    });
    await notify('work', '');
    await eventually('the last was called', () => seen.length === 1);
    expect(error.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining("A handler of listen('work') of postgres failed: of the handler"),
      expect.stringContaining('failed: later'),
    ]);
    error.mockRestore();
  });

  it('is refused where it cannot be, and leaves nothing behind', async () => {
    const pool = await makePool(server.url, 1);
    await expect(pool.listen('x', () => undefined)).rejects.toThrow(/listen\(\).*postgres: { max }.*at least 2/);
    const other = await makePool();
    await expect(other.listen('é'.repeat(32), () => undefined)).rejects.toThrow('has 1 to 63 bytes');
    await expect(other.listen('', () => undefined)).rejects.toThrow('has 1 to 63 bytes');
    const aborted = AbortSignal.abort(new Error('not wanted'));
    await expect(other.listen('x', () => undefined, { signal: aborted })).rejects.toThrow('not wanted');
    expect(other.stats().inUse).toBe(0);
    const unconfigured = await postgresPool(undefined);
    await expect(unconfigured.listen('x', () => undefined)).rejects.toThrow('is not configured');
  });

  it('ends with the pool at once', async () => {
    const pool = await makePool();
    await pool.listen('end', () => undefined);
    const begin = performance.now();
    await pool.drain(30_000);
    expect(performance.now() - begin).toBeLessThan(10_000);
    await expect(pool.listen('end', () => undefined)).rejects.toThrow('closing');
  });
});
