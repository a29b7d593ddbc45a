import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { SystemClock } from '../../src/common/clock';
import { CacheService } from '../../src/cache/cache.service';
import type { RedisLack } from '../../src/cache/redis/server-check';
import { CacheDependency } from '../../src/health/cache-dependency';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { CACHE_OPTIONS } from './redis-caches';

/** The line that the guide gives, for a user `app` and the prefix `pg`. */
const GUIDE =
  '+time +eval +evalsha +script|load +publish +subscribe +unsubscribe +scan +get +mget +set +del +unlink +pttl +pexpire ' +
  '+getrange +setrange +zadd +zscore +zmscore +zcard +zrange +zremrangebyrank +sadd +smembers +sismember ~pg:* &pg:bus';

const missing = (cache: CacheService): readonly RedisLack[] => cache.stats().redis!.missing;
const names = (cache: CacheService): string[] => missing(cache).map(({ what }) => what);
const state = (cache: CacheService) => {
  const { breaker, bus } = cache.stats().redis!;
  return `${breaker} ${bus}`;
};

const without = (...rights: string[]): string =>
  GUIDE.split(' ')
    .filter((right) => !rights.includes(right))
    .join(' ');

const settled = (cache: CacheService, wanted: string) =>
  eventually(`Redis and the bus are ${wanted}`, () => state(cache) === wanted);

describe('a Redis that refuses', () => {
  let server: RedisServer;
  let admin: Redis;
  const clients: Redis[] = [];
  const caches: CacheService[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.close();
  });
  beforeEach(async () => {
    await admin.flushall();
    for (const method of ['log', 'warn'] as const) {
      jest.spyOn(Logger.prototype, method).mockImplementation((...line: unknown[]) => void said.push(String(line[0])));
    }
  });
  afterEach(async () => {
    await Promise.all(caches.splice(0).map((cache) => cache.onApplicationShutdown()));
    for (const client of clients.splice(0)) client.disconnect();
    jest.restoreAllMocks();
    said.length = 0;
  });

  const setUser = (rights: string) =>
    admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', '+info', ...rights.split(' '));
  const connect = (url: string): Redis => {
    const client = new Redis(url, { retryStrategy: () => 20, autoResubscribe: false });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  const open = (url: string): CacheService => {
    const port = { client: connect(url), subscriber: connect(url) };
    const cache = new CacheService(CACHE_OPTIONS, new SystemClock(), port);
    caches.push(cache);
    cache.onModuleInit();
    return cache;
  };
  const asApp = () => open(`redis://app:secret@127.0.0.1:${server.port}`);
  it('nothing to a user with the rights that the guide lists: all is well, and nothing is logged', async () => {
    await setUser(GUIDE);
    const [a, b] = [asApp(), asApp()];
    await settled(a, 'closed up');
    await settled(b, 'closed up');
    await a.set('k', 'v', { tags: ['t'] });
    expect(await b.get('k')).toBe('v');
    await a.deleteByTag('t');
    await a.getOrSet('p:1', () => 1, { staleMs: 1_000 });
    await a.expire('p:1');
    await a.deleteByPrefix('p:');
    await a.clear();
    await eventually('the other process heard of it', () => b.stats().redis!.busMessages >= 4);
    expect(b.getSync('k')).toBeUndefined();
    expect([names(a), state(a), said]).toEqual([[], 'closed up', []]);
    expect(new CacheDependency(a).state).toBe('up');
  });

  it('the channel, as Redis 7 does unless it is granted: Redis is used, and the log has the line that grants it', async () => {
    await setUser(without('&pg:bus'));
    const [a, b] = [asApp(), asApp()];
    for (const cache of [a, b]) {
      await eventually('it is known', () => names(cache).includes('channel'));
      expect(state(cache)).toBe('closed lost');
    }
    await a.set('k', 'v');
    expect(await b.get('k')).toBe('v');
    await a.delete('k');
    expect(await admin.exists('pg:{default#0}:v:k')).toBe(0);
    expect(state(a)).toBe('closed lost');
    expect(missing(a)[0]!.remedy).toBe('ACL SETUSER app &pg:bus');
    expect(said.filter((line) => line.includes('Remedy: ACL SETUSER app &pg:bus'))).toHaveLength(2); // once per process
    expect(new CacheDependency(a).reason).toContain('bus lost; channel missing: ACL SETUSER app &pg:bus');
    await admin.call('ACL', 'SETUSER', 'app', '&pg:bus');
    await settled(a, 'closed up');
  });

  it.each([
    ['time', 'set'],
    ['eval', 'evalsha'],
    ['mget', 'get'],
    ['zadd', 'zscore'],
  ])(
    '%s and %s: it is not used, callers load, and it is used from the moment on that they are granted',
    async (...commands) => {
      await setUser(without(...commands.map((command) => `+${command}`)));
      const cache = asApp();
      await eventually('it is known', () => names(cache).length === 2);
      expect(missing(cache).map(({ severity }) => severity)).toEqual(['unusable', 'unusable']);
      expect(state(cache)).toMatch(/^(open|half-open)/);
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
      await cache.delete('k');
      const line = missing(cache).map(({ what }) => `+${what}`).join(' '); // prettier-ignore
      expect(said.filter((text) => text.includes(`ACL SETUSER app ${line}`))).toHaveLength(1);
      await admin.call('ACL', 'SETUSER', 'app', ...commands.map((command) => `+${command}`));
      await settled(cache, 'closed up');
      expect([names(cache), cache.stats().redis!.queuedRecoveries]).toEqual([[], 0]);
    },
  );

  it('keys of another pattern: it is not used, and the log says which are needed', async () => {
    await setUser(GUIDE.replace('~pg:*', '~other:*'));
    const cache = asApp();
    await eventually('it is known', () => names(cache).includes('keys'));
    expect(missing(cache)[0]).toMatchObject({ severity: 'unusable', remedy: 'ACL SETUSER app ~pg:*' });
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
  });

  it('SCAN: a prefix is deleted all the same, with the rest of its namespace in Redis', async () => {
    await setUser(without('+scan'));
    const cache = asApp();
    await settled(cache, 'closed up');
    await cache.setMany([['p:1', 1], ['other', 1]]); // prettier-ignore
    await cache.deleteByPrefix('p:');
    expect(await asApp().get('p:1')).toBeUndefined();
    expect(cache.getSync('other')).toBe(1);
    expect([names(cache), state(cache), cache.stats().redis!.queuedRecoveries]).toEqual([['scan'], 'closed up', 0]);
  });

  it('ZMSCORE and sets: tags hold, and the namespaces of this process are cleared', async () => {
    await setUser(without('+zmscore', '+sadd', '+smembers', '+sismember'));
    const cache = asApp();
    await settled(cache, 'closed up');
    await cache.set('k', 'v', { tags: ['t', 'u'] });
    expect(await asApp().get('k')).toBe('v');
    await cache.deleteByTag('u');
    expect(await asApp().get('k')).toBeUndefined();
    await cache.clear();
    expect([names(cache), state(cache)]).toEqual([['zmscore', 'sadd', 'smembers', 'sismember'], 'closed up']);
  });

  it('PUBLISH: it is used, and the log says that other processes hear nothing', async () => {
    await setUser(without('+publish'));
    const cache = asApp();
    await settled(cache, 'closed up');
    await eventually('it is known', () => names(cache).includes('publish'));
    await cache.set('k', 'v');
    await cache.deleteByTag('t');
    expect([state(cache), names(cache)]).toEqual(['closed up', ['publish']]);
  });

  it('rights that are taken away while it is used: it is told of once', async () => {
    await setUser(GUIDE);
    const cache = asApp();
    await settled(cache, 'closed up');
    await admin.call('ACL', 'SETUSER', 'app', '-evalsha', '-eval');
    await cache.set('k', 'v');
    await eventually('it is known', () => names(cache).includes('eval'));
    expect(cache.getSync('k')).toBe('v');
    expect(said.filter((line) => line.startsWith('Redis is not used'))).toHaveLength(1);
    await admin.call('ACL', 'SETUSER', 'app', '+evalsha', '+eval');
    await settled(cache, 'closed up');
    expect(await asApp().get('k')).toBe('v');
    expect(said.filter((line) => line.startsWith('Redis is used again'))).toHaveLength(1);
  });

  it('writes, because it is a replica: the log says so', async () => {
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', '1');
    const cache = open(replica.url);
    await eventually('it is known', () => names(cache).includes('writes'));
    expect(missing(cache)[0]!.remedy).toContain('read-only replica');
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    await replica.close();
  });

  it('memory, because it is full and evicts nothing: it is told of when a value is refused, and invalidations work', async () => {
    const cache = open(server.url);
    await settled(cache, 'closed up');
    await cache.set('before', 'v');
    await admin.config('SET', 'maxmemory', '1');
    try {
      await cache.set('k', 'v');
      await cache.getOrSet('loaded', () => 'v');
      await eventually('it is known', () => names(cache).includes('memory'));
      expect(missing(cache)[0]!.remedy).toContain('maxmemory');
      await cache.delete('before');
      expect(await open(server.url).get('before')).toBeUndefined();
      expect(state(cache)).toBe('closed up');
    } finally {
      await admin.config('SET', 'maxmemory', '0');
    }
  });

  it('what belongs to another node of a cluster: the log says that the server is in cluster mode', async () => {
    const cluster = await RedisServer.start('--cluster-enabled', 'yes');
    const cache = open(cluster.url);
    await eventually('it is known', () => names(cache).includes('cluster'));
    expect(missing(cache)[0]).toMatchObject({ what: 'cluster', severity: 'unusable' });
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    await cluster.close();
  });
});

describe.each([
  ['redis-server-6.0', ['zmscore']],
  ['valkey-server-8', []],
])('%s', (command, lacks) => {
  beforeEach(() => void jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  it('has what the cache needs, or the cache does without it', async () => {
    const server = await RedisServer.of(command);
    const client = () => new Redis(server.url, { autoResubscribe: false });
    const clients = [client(), client(), client(), client()];
    const [a, b] = [clients.slice(0, 2), clients.slice(2)].map(
      ([one, two]) =>
        new CacheService({ ...CACHE_OPTIONS, redisTimeoutMs: 5_000 }, new SystemClock(), {
          client: one!,
          subscriber: two!,
        }),
    ) as [CacheService, CacheService];
    try {
      for (const cache of [a, b]) {
        cache.onModuleInit();
        await eventually('the bus is up', () => cache.stats().redis!.bus === 'up');
      }
      await a.setMany(
        Array.from({ length: 20 }, (_, n) => [`k${n}`, n] as const),
        { tags: ['t', 'u'], staleMs: 60_000 },
      );
      expect((await b.getMany(['k1', 'k2'])).size).toBe(2);
      expect(await b.getOrSet('loaded', () => 'v', { tags: ['u'] })).toBe('v');
      await a.expire('k1');
      await a.deleteByPrefix('k2');
      await eventually('the other process heard of it', () => b.getSync('k2') === undefined);
      expect(await b.get('k1')).toBeUndefined();
      expect(await b.get('k3')).toBe(3);
      await a.deleteByTags(['u']);
      await eventually('the other process heard of it', () => b.getSync('k3') === undefined);
      expect((await b.getMany(['k3', 'k4', 'loaded'])).size).toBe(0);
      await a.set('k', 'v');
      await a.clear();
      expect(await b.get('k')).toBeUndefined();
      for (const cache of [a, b]) {
        expect(cache.stats().redis).toMatchObject({ breaker: 'closed', busLosses: 0, queuedRecoveries: 0 });
        expect(cache.stats().redis!.missing.map(({ what }) => what)).toEqual(lacks);
      }
    } finally {
      await Promise.all([a, b].map((cache) => cache.onApplicationShutdown()));
      for (const one of clients) one.disconnect();
      await server.close();
    }
  });
});
