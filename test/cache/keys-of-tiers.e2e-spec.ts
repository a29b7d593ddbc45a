import type { CacheService } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { overOneRedis, type RedisCaches } from './redis-caches';

async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.toSorted();
}

describe('with Redis', () => {
  let caches: RedisCaches;
  let cache: CacheService;
  let other: CacheService;
  overOneRedis(async (opened) => {
    caches = opened;
    [cache, other] = [await caches.open(), await caches.open()];
  });

  it('keys lists those of both tiers once, without what is over or invalidated', async () => {
    const all = Array.from({ length: 1_200 }, (_, n) => `n[*]:${n}`);
    await other.setMany(all.map((key) => [key, 1]));
    await cache.set('n[*]:memory', 1, { tiers: ['memory'] });
    await cache.getMany(all.slice(0, 300));
    await other.set('n[*]:tagged', 1, { tags: ['t'] });
    await other.set('n[*]:dead', 1, { tags: ['dead'] });
    await other.deleteByTag('dead');
    await other.set('n[*]:stale', 1, { ttlMs: 1, staleMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const expected = [...all, 'n[*]:memory', 'n[*]:tagged'].toSorted();
    expect(await listed(cache.keys({ prefix: 'n[*]:' }))).toEqual(expected);
    expect(await listed(cache.keys({ prefix: 'n[*]:', tiers: ['memory'] }))).toHaveLength(301);
    expect(await listed(other.keys({ prefix: 'n[*]:1' }))).toEqual(
      all.filter((key) => key.startsWith('n[*]:1')).toSorted(),
    );
    await other.clear();
    await eventually('it is cleared everywhere', async () => (await listed(cache.keys())).length === 0);
  });

  it('keys can be left early, and says so where Redis does not answer', async () => {
    await cache.setMany(Array.from({ length: 2_000 }, (_, n) => [`key:${n}`, n]));
    for await (const key of cache.keys()) {
      expect(key).toMatch(/^key:/);
      break;
    }
    caches.clients[1]!.disconnect();
    await expect(listed(cache.keys())).rejects.toThrow('the Redis tier of the cache cannot answer');
  });

  it('forceFresh replaces the value in all processes', async () => {
    await cache.set('k', 'old');
    expect(await other.get('k')).toBe('old');
    expect(await cache.getOrSet('k', () => 'new', { forceFresh: true })).toBe('new');
    await eventually('the other process has it', async () => (await other.get('k')) === 'new');
    expect(cache.getSync('k')).toBe('new');
  });

  it('forceFresh gives way to an invalidation of another process while it loads', async () => {
    await cache.set('k', 'old');
    const load = async (): Promise<string> => {
      await other.delete('k');
      return 'read before it';
    };
    expect(await cache.getOrSet('k', load, { forceFresh: true })).toBe('read before it');
    await eventually('no tier has it', async () => (await cache.get('k')) === undefined);
    expect(await other.get('k')).toBeUndefined();
  });

  it('memoryTtlMs has memory ask Redis again', async () => {
    await cache.getOrSet('k', () => 1, { memoryTtlMs: 5, ttlMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cache.getSync('k')).toBeUndefined();
    expect(await cache.getOrSet('k', () => 2, { memoryTtlMs: 60_000 })).toBe(1);
    expect(cache.getSync('k')).toBe(1);
  });

  it('events tell of hits in Redis, of invalidations of others and of the loss of Redis', async () => {
    await other.set('k', 1);
    await eventually('that is known here', () => cache.stats().redis!.busMessages > 0);
    const told: unknown[][] = [];
    cache.on('hit', ({ key, tier }) => void told.push([key, tier]));
    cache.on('invalidate', ({ keys, origin }) => void told.push([...keys, origin]));
    cache.on('degraded', ({ part }) => void told.push([part]));
    await cache.get('k');
    await cache.getOrSet('k', () => 2);
    await other.delete('k');
    await eventually('it is told', () => told.length === 3);
    expect(told).toEqual([
      ['k', 'redis'],
      ['k', 'memory'],
      ['k', 'elsewhere'],
    ]);
    caches.clients[1]!.disconnect();
    await cache.get('k');
    expect(told.at(-1)).toEqual(['redis']);
  });
});
