import { Cluster, Redis } from 'ioredis';
import { SystemClock } from '../../src/common/clock';
import { CacheService, coreOf } from '../../src/cache/cache.service';
import type { Call } from '../../src/cache/redis/redis-link';
import type { StepSize } from '../../src/cache/redis/step-size';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { busUp, CACHE_OPTIONS } from './redis-caches';

/** One server that holds all slots: it refuses any step over two of them (CROSSSLOT), as a larger cluster does. */
describe('in a Redis Cluster', () => {
  let server: RedisServer;
  let admin: Redis;
  let a: CacheService;
  let b: CacheService;
  const clients: { disconnect(): void }[] = [];
  const commands = new Set<string>();
  const errors: unknown[] = [];

  const open = async (): Promise<CacheService> => {
    const port = { client: connect(), subscriber: connect() };
    const cache = new CacheService(CACHE_OPTIONS, new SystemClock(), port);
    const { link } = coreOf(cache).redis!;
    const { send } = link;
    // Failures are noted and not thrown at callers: here none may happen.
    link.send = <T>(call: Call<T>, timeoutMs: number, size: StepSize) => {
      const noted: Call<T> = {
        send: (caller) => call.send(caller),
        answered: (answer, tookMs) => call.answered(answer, tookMs),
        failed(error) {
          errors.push(error);
          call.failed(error);
        },
      };
      send.call(link, noted, timeoutMs, size);
    };
    cache.onModuleInit();
    await busUp(cache);
    return cache;
  };
  const connect = (): Cluster => {
    const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }], { clusterRetryStrategy: () => 50 });
    cluster.on('error', () => undefined);
    clients.push(cluster);
    return cluster;
  };

  beforeAll(async () => {
    server = await RedisServer.start('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    admin = new Redis(server.url);
    clients.push(admin);
    await admin.cluster('ADDSLOTSRANGE' as never, 0, 16_383);
    await eventually('the cluster is whole', async () => (await admin.cluster('INFO')).includes('cluster_state:ok'));
    const monitor = await admin.monitor();
    clients.push(monitor);
    monitor.on('monitor', (_, [name]: string[]) => commands.add(name!.toLowerCase()));
    [a, b] = [await open(), await open()];
  });
  afterAll(async () => {
    await Promise.all([a, b].map((cache) => cache?.onApplicationShutdown()));
    for (const client of clients) client.disconnect();
    await server.close();
  });
  afterEach(() => expect(errors).toEqual([]));

  const keys = Array.from({ length: 60 }, (_, n) => `k${n}`);
  const entries = keys.map((key) => [key, key] as const);

  it('spreads a namespace over 16 slots, and reads and writes many keys at once', async () => {
    await a.setMany(entries, { tags: ['t'] });
    expect((await b.getMany(keys)).size).toBe(60);
    expect((await admin.keys('pg:{default#*}:head')).length).toBe(16);
    const loaded = await b.getOrSetMany(
      [...keys, 'more 1', 'more 2'],
      (missing) => new Map(missing.map((key) => [key, key])),
    );
    expect(loaded.size).toBe(62);
  });

  it.each([
    ['keys', () => a.deleteMany(keys)],
    ['a tag', () => a.deleteByTag('t')],
    ['a prefix', () => a.deleteByPrefix('k')],
    ['everything', () => a.clear()],
  ])('invalidates %s in all of them', async (_, invalidate) => {
    await a.setMany(entries, { tags: ['t'] });
    expect((await b.getMany(keys)).size).toBe(60);
    await invalidate();
    await eventually('the other has received it', () => keys.every((key) => b.getSync(key) === undefined));
    expect((await b.getMany(keys)).size).toBe(0);
    expect((await a.getMany(keys)).size).toBe(0);
  });

  it('loads once for both, and lets a delete win over the load', async () => {
    let loads = 0;
    const load = (): number => ++loads;
    expect(await Promise.all([a.getOrSet('once', load), b.getOrSet('once', load)])).toEqual([1, 1]);
    const { promise, resolve } = Promise.withResolvers<string>();
    const loading = a.getOrSet('fenced', () => promise);
    await eventually('it loads', async () => (await admin.keys('pg:*:l:fenced')).length === 1);
    await b.delete('fenced');
    resolve('old');
    await loading;
    expect(await b.get('fenced')).toBeUndefined();
  });

  it('makes stale, refreshes and invalidates in namespaces only the other copy uses', async () => {
    await a.namespace('of-a').set('k', 1, { staleMs: 60_000, tags: ['t'] });
    await a.namespace('of-a').expire('k');
    expect(await a.namespace('of-a').getOrSet('k', () => 2, { softTimeoutMs: 1_000, tags: ['t'] })).toBe(2);
    await b.deleteByTag('t');
    expect(await b.namespace('of-a').get('k')).toBeUndefined();
  });

  it('uses neither KEYS nor FLUSHDB, and forgets nothing of another application', async () => {
    await admin.set('other:app', 'theirs');
    commands.clear();
    await a.setMany(entries, { tags: ['t'] });
    await a.deleteByPrefix('k');
    await a.clear();
    await b.getOrSet('k', () => 1);
    await eventually('all was seen', () => commands.has('scan') && commands.has('mget') && commands.has('evalsha'));
    for (const forbidden of ['keys', 'flushdb', 'flushall']) expect([...commands]).not.toContain(forbidden);
    expect(await admin.get('other:app')).toBe('theirs');
  });
});
