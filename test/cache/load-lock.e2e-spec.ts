import type { CacheService } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { overOneRedis, type RedisCaches } from './redis-caches';

const LOCK = 'pg:{default#0}:l:k';

describe('the lock around a load', () => {
  let caches: RedisCaches;
  let a: CacheService;
  let b: CacheService;

  overOneRedis(async (opened) => {
    caches = opened;
    [a, b] = [await caches.open(), await caches.open()];
  });

  it('is released when the load is given up, also by a loader that never ends', async () => {
    await expect(a.getOrSet('k', endless, { hardTimeoutMs: 100 })).rejects.toThrow('100 ms');
    const started = performance.now();
    expect(await b.getOrSet('k', () => 'loaded')).toBe('loaded');
    // Without the release it would be the lease, 5 s.
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('wakes the callers that were refused it, however soon it was released', async () => {
    const longest = { ms: 0 };
    for (let round = 0; round < 300; round++) {
      const key = `k${round}`;
      const call = async (cache: CacheService): Promise<void> => {
        const started = performance.now();
        await cache.getOrSet(key, () => 1);
        longest.ms = Math.max(longest.ms, performance.now() - started);
      };
      await Promise.all([call(a), call(b)]);
    }
    // A wake-up that was missed would cost the lease, 5 s.
    expect(longest.ms).toBeLessThan(2_500);
  });

  it.each([
    ['deleted', () => a.delete('k')],
    ['set', () => a.set('k', 'set')],
    ['evicted', () => caches.clients[0]!.unlink(LOCK)],
  ])('is not waited for any longer than the load when its key is %s meanwhile', async (_, change) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = a.getOrSet('k', () => promise);
    await eventually('a loads', async () => (await caches.clients[0]!.exists(LOCK)) === 1);
    const second = b.getOrSet('k', () => 'loaded by b');
    await eventually('b waits', () => b.stats().namespaces[0]!.redis!.lockWaits === 1);
    await change();
    const started = performance.now();
    resolve('loaded by a');
    expect(await first).toBe('loaded by a');
    expect(['loaded by a', 'loaded by b', 'set']).toContain(await second);
    // Without a wake-up it would be the lease, 5 s.
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('is not taken for hours by a foreign value in its place', async () => {
    const client = caches.connect();
    await client.set(LOCK, 'of another application', 'EX', 36_000);
    const started = performance.now();
    expect(await a.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(performance.now() - started).toBeLessThan(6_000);
  });
});

const endless = (): Promise<string> => new Promise(() => undefined);
