import type { TracingChannel } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { SystemClock } from '../../src/common/clock';
import {
  poolAcquires,
  poolCalls,
  poolCommands,
  type PoolOperation,
  poolQueries,
  poolRequests,
} from '../../src/pools/pool-tracing';
import { QdrantPool } from '../../src/pools/qdrant/qdrant-pool';
import { httpPools } from '../support/http-pools';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';
import { QdrantServer } from '../support/qdrant-server';
import { RedisPools } from '../support/redis-pools';

const { later, serve, makePool: makeHttpPool } = httpPools();

/** What a subscriber is told while a test runs, one line for each event. */
function eventsOf(channel: TracingChannel<unknown, PoolOperation>): string[] {
  const events: string[] = [];
  const note =
    (event: string) =>
    ({ pool, kind, operation, errorCode, durationMs }: PoolOperation) => {
      const end = event === 'start' ? '' : ` ${errorCode ?? 'ok'}`;
      events.push(`${event} ${pool} ${kind} ${operation ?? '-'}${end}`);
      expect(durationMs === undefined).toBe(event === 'start');
    };
  const subscriber = {
    start: note('start'),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: note('end'),
    error: note('error'),
  };
  channel.subscribe(subscriber);
  later(async () => {
    channel.unsubscribe(subscriber);
  });
  return events;
}

describe('a subscriber of the tracing channels', () => {
  const redis = RedisPools.forFile();
  let postgres: PostgresServer;
  beforeAll(async () => (postgres = await PostgresServer.start()));
  afterAll(() => postgres.close());

  it('sees statements of the pool, of a lease and of code that passes callbacks', async () => {
    const pool = await postgresPool(postgres.url);
    later(() => pool.drain(200));
    const events = eventsOf(poolQueries);
    await pool.query('SELECT $1::int AS value', [1]);
    await pool.query('SELECT nothing').catch(() => undefined);
    await pool.use((client) => client.query({ text: 'SELECT 2' }));
    await using lease = await pool.acquire();
    const outcomes = ['SELECT 3', 'SELECT nil'].map(
      (text) => new Promise((resolve) => lease.query(text, (error: unknown) => resolve(error))),
    );
    await Promise.all(outcomes);
    await setImmediate(); // their ends are published after the callbacks
    expect(events.filter((event) => !event.includes('SELECT 3') && !event.includes('SELECT nil'))).toEqual([
      'start postgres query SELECT $1::int AS value',
      'end postgres query SELECT $1::int AS value ok',
      'start postgres query SELECT nothing',
      'error postgres query SELECT nothing 42703',
      'end postgres query SELECT nothing 42703',
      'start postgres query SELECT 2',
      'end postgres query SELECT 2 ok',
    ]);
    expect(events).toEqual(
      expect.arrayContaining(['end postgres query SELECT 3 ok', 'error postgres query SELECT nil 42703']),
    );
  });

  it('sees commands, alone, in a pipeline and on a lease', async () => {
    const pool = redis.makePool(redis.server.url);
    await pool.start();
    const events = eventsOf(poolCommands);
    await pool.client.set('text', 'a');
    await pool.client.incr('text').catch(() => undefined);
    await pool.client.blpop('list', 1).catch(() => undefined);
    await pool.client.pipeline().get('text').lpush('text', 1).exec();
    await pool.use((connection) => connection.ping());
    expect(events.filter((event) => !/get|lpush/.test(event))).toEqual([
      'start redis command set',
      'end redis command set ok',
      'start redis command incr',
      'error redis command incr ERR',
      'end redis command incr ERR',
      'start redis command blpop',
      'error redis command blpop REDIS_COMMAND_REFUSED',
      'end redis command blpop REDIS_COMMAND_REFUSED',
      'start redis command ping',
      'end redis command ping ok',
    ]);
    expect(events).toEqual(expect.arrayContaining(['end redis command get ok', 'error redis command lpush WRONGTYPE']));
  });

  it('sees requests without their paths', async () => {
    const server = await serve((_request, response) => response.end('ok'));
    const pool = makeHttpPool({ upstreams: { users: [server.url] } });
    const events = eventsOf(poolRequests);
    await pool.request(`${server.url}/secret?token=1`);
    await pool.request('users:/secret', { method: 'DELETE' });
    await pool.request('nobody:/secret').catch(() => undefined);
    expect(events).toEqual([
      `start http request GET ${server.url}`,
      `end http request GET ${server.url} ok`,
      'start http request DELETE users:',
      'end http request DELETE users: ok',
      'start http request GET nobody:',
      'error http request GET nobody: HTTP_TARGET_INVALID',
      'end http request GET nobody: HTTP_TARGET_INVALID',
    ]);
  });

  it('sees operations of Qdrant', async () => {
    const server = await QdrantServer.start();
    later(() => server.close());
    const limits = { maxConnections: 4, acquireTimeoutMs: 1_000, maxWaiting: 50 };
    const pool = new QdrantPool({ urls: [server.url], ...limits }, new SystemClock());
    later(() => pool.drain(200));
    const events = eventsOf(poolCalls);
    await pool.use((client) => client.getCollections());
    expect(events).toEqual(['start qdrant call getCollections', 'end qdrant call getCollections ok']);
  });

  it('sees waits for a connection, and no other acquires', async () => {
    const pool = await postgresPool(postgres.url, { acquireTimeoutMs: 200, postgres: { min: 1, max: 1 } });
    later(() => pool.drain(200));
    const events = eventsOf(poolAcquires);
    const lease = await pool.acquire();
    await pool.acquire().catch(() => undefined);
    const waiting = pool.acquire();
    lease.release();
    (await waiting).release();
    expect(events).toEqual([
      'start postgres acquire -',
      'error postgres acquire - POOL_ACQUIRE_TIMEOUT',
      'end postgres acquire - POOL_ACQUIRE_TIMEOUT',
      'start postgres acquire -',
      'end postgres acquire - ok',
    ]);
  });

  it('sees the wait for a connection to an origin', async () => {
    const held: (() => void)[] = [];
    const server = await serve((_request, response) => held.push(() => response.end()));
    const pool = makeHttpPool({ maxConnections: 1, maxConnectionsPerOrigin: 1 });
    const events = eventsOf(poolAcquires);
    const first = pool.request(server.url);
    const second = pool.request(server.url);
    const answering = setInterval(() => held.shift()?.(), 5);
    await Promise.all([first, second]).finally(() => clearInterval(answering));
    expect(events).toEqual(['start http acquire -', 'end http acquire - ok']);
  });
});

it('nothing subscribes by itself, so that an operation costs no more than that question', () => {
  const channels = [poolQueries, poolCommands, poolRequests, poolCalls, poolAcquires];
  expect(channels.map(({ hasSubscribers }) => hasSubscribers)).toEqual(channels.map(() => false));
});
