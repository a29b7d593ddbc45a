import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheService } from '../../src/cache/cache.service';
import { overOneRedis, type RedisCaches } from './redis-caches';

/** What the same process must not serve any more once its own invalidation is done, whatever ran beside it. */
describe('an invalidation of this process', () => {
  let caches: RedisCaches;
  let a: CacheService;
  let b: CacheService;

  overOneRedis(async (opened) => {
    caches = opened;
    [a, b] = [await caches.open({ shards: 4 }), await caches.open({ shards: 4 })];
    await a.get('k'); // the heads are there
  });

  it.each([
    ['delete', (c: CacheService) => c.delete('k')],
    ['tag', (c: CacheService) => c.deleteByTag('t')],
    ['clear', (c: CacheService) => c.clear()],
    ['prefix', (c: CacheService) => c.deleteByPrefix('')],
  ])('holds for a read beside it while Redis does not know the script of a %s yet', async (_, invalidate) => {
    await b.set('k', 'old', { tags: ['t'] });
    await caches.connect().script('FLUSH');
    const invalidating = invalidate(a);
    await Promise.all([a.get('k'), a.getOrSet('k', () => 'new')]);
    await invalidating;
    expect(a.getSync('k')).not.toBe('old');
    expect(await a.get('k')).not.toBe('old');
  });

  it.each([
    ['keys', (c: CacheService, keys: readonly string[]) => c.deleteMany(keys)],
    ['a prefix', (c: CacheService) => c.deleteByPrefix('k')],
    ['a tag', (c: CacheService) => c.deleteByTag('t')],
    ['everything', (c: CacheService) => c.clear()],
  ])('holds for reads beside it where it takes several steps: %s', async (_, invalidate) => {
    const keys = Array.from({ length: 4_000 }, (__, n) => `k${n}`);
    await b.setMany(
      keys.map((key) => [key, 'old']),
      { tags: ['t'] },
    );
    const done = { yet: false };
    const invalidating = invalidate(a, keys).finally(() => (done.yet = true));
    while (!done.yet) {
      await a.getMany(keys.slice(3_000));
      await sleep(1);
    }
    await invalidating;
    expect(keys.filter((key) => a.getSync(key) !== undefined)).toHaveLength(0);
    expect((await a.getMany(keys)).size).toBe(0);
  });

  it('by a tag that a running load names only later: no later caller gets its value', async () => {
    let truth = 1;
    const [begun, named] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const load = async ({ setTags }: { setTags(tags: readonly string[]): void }): Promise<number> => {
      const value = truth;
      begun.resolve();
      await named.promise;
      setTags(['late']);
      return value;
    };
    const before = a.getOrSet('k', load);
    await begun.promise;
    truth = 2;
    await a.deleteByTag('late');
    const after = a.getOrSet('k', load);
    named.resolve();
    expect(await after).toBe(2);
    await before;
    expect(await a.getOrSet('k', load)).toBe(2);
  });

  it('by a tag that only the stale value carries: it is not served beside a running load', async () => {
    let truth = 1;
    const options = { ttlMs: 20, staleMs: 60_000 };
    const load = async ({ setTags }: { setTags(tags: readonly string[]): void }): Promise<number> => {
      const value = truth;
      if (value > 1) await sleep(100);
      setTags(['t']);
      return value;
    };
    expect(await a.getOrSet('k', load, options)).toBe(1);
    await sleep(50);
    truth = 2;
    expect(await a.getOrSet('k', load, options)).toBe(1); // stale, and a refresh begins
    await a.deleteByTag('t');
    truth = 3;
    expect(await a.getOrSet('k', load, options)).not.toBe(1);
  });

  it('by a tag of a stale value: a load that fails afterwards does not bring it back', async () => {
    const options = { ttlMs: 20, staleMs: 60_000, softTimeoutMs: 40 };
    await a.getOrSet('k', ({ setTags }) => (setTags(['t']), 'old'), options);
    await sleep(50);
    const [begun, load] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
    const failing = a.getOrSet('k', () => (begun.resolve(), load.promise), { ...options, softTimeoutMs: 10_000 });
    const outcome = failing.then(String, () => 'failed');
    await begun.promise;
    await a.deleteByTag('t');
    load.reject(new Error('down'));
    expect(await outcome).toBe('failed');
  });
});
