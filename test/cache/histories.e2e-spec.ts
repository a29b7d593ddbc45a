import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { CacheService } from '../../src/cache/cache.service';
import type { CacheOptions } from '../../src/cache/options/cache.options';
import { SystemClock } from '../../src/common/clock';
import { RedisPool } from '../../src/pools/redis/redis-pool';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { RedisServer } from '../support/redis-server';
import { TcpProxy } from '../support/tcp-proxy';
import { History } from './history';
import { busUp, RedisCaches } from './redis-caches';

// For a longer search: HISTORY_MS=10000 HISTORY_SEED=7 npm test -- test/cache/histories
const LASTS_MS = Number(process.env.HISTORY_MS ?? 400);
const SEED = Number(process.env.HISTORY_SEED ?? 1);
const BUS_MS = 250;
/** After a fault: the loss is noticed by the next heartbeat, memory is served a little longer, then Redis is asked. */
const FAULT_MS = 2_500;

interface Faults {
  readonly server: RedisServer;
  readonly proxy: TcpProxy;
  readonly admin: Redis;
  readonly random: () => number;
}

const kill =
  (type: string) =>
  ({ admin }: Faults) =>
    admin.client('KILL', 'TYPE', type, 'SKIPME', 'yes');
const drop = ({ admin, random }: Faults): Promise<unknown> => {
  const parts = ['head', 'fences', 'tags'];
  return admin.del(`pg:{default#${Math.floor(random() * 2)}}:${parts[Math.floor(random() * 3)]}`, 'pg:none');
};

const FAULTS: Record<string, (faults: Faults) => Promise<unknown>> = {
  'the bus cut': kill('pubsub'),
  'all connections cut': kill('normal'),
  'frozen now and then': async ({ server, random }) => {
    server.freeze();
    await sleep(random() * 400);
    server.thaw();
  },
  'killed and empty': async ({ server, random }) => {
    await server.stop('SIGKILL');
    await sleep(random() * 200);
    await server.restart();
  },
  'killed and back with an older snapshot': async ({ server, admin, random }) => {
    await admin.save();
    await sleep(100);
    await server.stop('SIGKILL');
    await sleep(random() * 100);
    await server.restart();
  },
  flushed: ({ admin }) => admin.flushall(),
  'without its scripts': ({ admin }) => admin.script('FLUSH'),
  'parts of the bookkeeping gone': drop,
  full: async ({ admin, random }) => {
    await admin.config('SET', 'maxmemory', '1');
    await sleep(random() * 200);
    await admin.config('SET', 'maxmemory', '0');
  },
  evicting: async ({ admin, random }) => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-random');
    await admin.config('SET', 'maxmemory', '1');
    await sleep(random() * 100);
    await admin.config('SET', 'maxmemory', '0');
  },
  'a network that stands still': async ({ proxy, random }) => {
    proxy.stall();
    await sleep(random() * 500);
    proxy.forward();
  },
  'a network that is cut': async ({ proxy, random }) => {
    await proxy.refuse();
    await sleep(random() * 300);
    await proxy.listen();
  },
  'busy with a script': async ({ admin }) => {
    const other = admin.duplicate();
    other.on('error', () => undefined);
    await admin.config('SET', 'lua-time-limit', '50');
    const endless = other.eval('while true do end', 0).catch(() => undefined);
    await sleep(200);
    await admin.script('KILL').catch(() => undefined);
    await endless;
    other.disconnect();
  },
  'asking for a password': async ({ admin, random }) => {
    await admin.config('SET', 'requirepass', 'secret');
    await admin.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await sleep(random() * 200);
    await admin.config('SET', 'requirepass', '');
  },
  'a replica for a while': async ({ admin, random }) => {
    await admin.replicaof('127.0.0.1', 1);
    await sleep(random() * 300);
    await admin.replicaof('NO', 'ONE');
  },
  'garbage in its keys': async ({ admin, random }) => {
    const keys = ['pg:{default#0}:head', 'pg:{default#1}:tags', 'pg:{default#0}:fences', 'pg:namespaces'];
    const key = keys[Math.floor(random() * keys.length)]!;
    // In one step, or the cache would have put it right in between.
    const garbage = admin.multi().del(key);
    await (random() < 0.5 ? garbage.set(key, 'garbage') : garbage.rpush(key, 'garbage')).exec();
  },
};

describe('what was invalidated is never answered again', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let direct: RedisCaches;
  let pool: RedisPool;

  noUnhandledRejections();
  beforeEach(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.start(server.port);
    direct = new RedisCaches(server.url);
    const url = `redis://127.0.0.1:${proxy.port}`;
    pool = new RedisPool({ url, maxConnections: 4, acquireTimeoutMs: 1_000, maxWaiting: 1_000 }, new SystemClock());
  });
  afterEach(async () => {
    await direct.close();
    await pool.drain(500);
    await proxy.close();
    await server.close();
  });

  /** Two caches beside the server, and one behind the proxy with the connections the service gives it. */
  const openAll = async (options: Partial<CacheOptions>): Promise<CacheService[]> => {
    const caches = [direct.make(options), direct.make(options), direct.make(options, pool)];
    await Promise.all(caches.map((cache) => busUp(cache)));
    return caches;
  };

  it.each([1, 4])('in quiet, over %d slots', async (shards) => {
    const caches = await openAll({ shards });
    const history = new History(caches, { seed: SEED, lastsMs: LASTS_MS, graceMs: BUS_MS });
    await history.run();
    expect(history.violations).toEqual([]);
    expect(history.reads).toBeGreaterThan(100);
    expect(history.changes).toBeGreaterThan(20);
    // Waiting for a copy that never answers would last as long as its lock, 5 s.
    expect(history.slowestMs).toBeLessThan(2_500);
  });

  it.each(Object.entries(FAULTS))('Redis %s', async (_, fault) => {
    const caches = await openAll({ shards: 2, redisTimeoutMs: 100, staleWithoutBusMs: 300, lockLeaseMs: 500 });
    const admin = direct.connect();
    const disturb = async (random: () => number): Promise<void> => void (await fault({ server, proxy, admin, random }));
    const disturbEveryMs = 100;
    const history = new History(caches, { seed: SEED, lastsMs: LASTS_MS, graceMs: FAULT_MS, disturb, disturbEveryMs });
    await history.run();
    await Promise.all(caches.map((cache) => busUp(cache)));
    await sleep(BUS_MS);
    await history.checkAll();
    expect(history.violations).toEqual([]);
    expect(history.reads).toBeGreaterThan(50);
  });
});
