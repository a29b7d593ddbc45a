import { Logger } from '@nestjs/common';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { busUp, RedisCaches } from './redis-caches';

describe('the log tells once, and why', () => {
  let server: RedisServer;
  let caches: RedisCaches;
  const said: string[] = [];
  const told = (start: string) => said.filter((line) => line.startsWith(start));

  beforeAll(async () => void (server = await RedisServer.start()));
  afterAll(() => server.close());
  beforeEach(() => {
    caches = new RedisCaches(server.url);
    for (const method of ['log', 'warn'] as const) {
      jest.spyOn(Logger.prototype, method).mockImplementation((...line: unknown[]) => void said.push(String(line[0])));
    }
  });
  afterEach(async () => {
    await caches.close();
    jest.restoreAllMocks();
    said.length = 0;
  });

  it('that Redis and the bus are lost, and that they are back', async () => {
    const cache = await caches.open({ staleWithoutBusMs: 50 });
    await cache.set('k', 'v');
    await server.stop();
    await cache.delete('other');
    await eventually('memory is given up', () => told('1 entries of memory').length === 1);
    await server.restart();
    await busUp(cache);
    expect(told('Redis is not used')).toEqual([
      expect.stringMatching(/changes wait for it, and memory is served for 50 ms more: ./),
    ]);
    expect(told('invalidations of other processes are not received')).toEqual([
      expect.stringMatching(/and memory is served for 50 ms more: the connection was closed$/),
    ]);
    await eventually('the end is told', () => told('Redis is used again, after').length === 1);
    expect(told('invalidations of other processes are received again, after')).toHaveLength(1);
  });

  it('that values are too large to be read back, for each namespace; they are in memory and not in Redis', async () => {
    const cache = await caches.open({ compressionThresholdBytes: 100, maxDecompressedBytes: 1_000 });
    const other = await caches.open();
    const large = 'x'.repeat(2_000);
    await cache.set('small', 'v');
    for (const key of ['a', 'small']) await cache.set(key, large);
    expect(await cache.getOrSet('b', () => large)).toBe(large);
    await cache.namespace('n').set('c', large);
    expect(cache.getSync('b')).toBe(large);
    expect((await other.getMany(['a', 'b', 'small'])).size).toBe(0);
    expect(told('namespace ')).toEqual([
      expect.stringContaining('namespace default: values such as that of "a" are too large for Redis'),
      expect.stringContaining('namespace n: values such as that of "c" are too large for Redis'),
    ]);
    expect(cache.stats().namespaces[0]!.redis!.refused).toBe(3);
  });

  it('that entries are too large for memory, for each namespace', async () => {
    const cache = await caches.open({ memoryLimitBytes: 1_048_576 });
    const large = 'x'.repeat(200_000);
    for (const key of ['a', 'b']) await cache.set(key, large);
    expect(await cache.get('a')).toBe(large); // from Redis
    expect(told('namespace default: entries such as "a" (200')).toHaveLength(1);
  });

  it('that loaded values were not stored, once a minute', async () => {
    const cache = await caches.open();
    const admin = caches.connect();
    await cache.set('first', 1);
    await admin.config('SET', 'maxmemory', '1');
    for (const key of ['a', 'b', 'c']) await cache.getOrSet(key, () => 'v');
    await admin.config('SET', 'maxmemory', '0');
    expect(told('namespace default: 1 loaded values were not stored in Redis: ')).toHaveLength(1);
  });
});
