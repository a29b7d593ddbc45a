import { ManualClock } from '../testing/manual-clock';
import type { CacheOptions } from './options/cache.options';
import { CacheService } from './cache.service';

const OPTIONS = {
  memory: true,
  redis: true,
  ttlMs: 1_000,
  memoryLimitBytes: 1_048_576,
  prefix: 't',
  redisTimeoutMs: 100,
} satisfies CacheOptions;

describe('CacheService in memory', () => {
  let clock: ManualClock;
  let cache: CacheService;
  beforeEach(() => {
    clock = new ManualClock();
    cache = new CacheService(OPTIONS, clock);
  });

  it('loads once for all callers that ask at the same time, and again only when the entry has expired', async () => {
    const load = jest.fn(async (): Promise<{ n: number }> => ({ n: load.mock.calls.length }));
    const together = await Promise.all(Array.from({ length: 50 }, () => cache.getOrSet('a', load)));
    expect(new Set(together).size).toBe(1);
    clock.advance(999);
    expect(await cache.getOrSet('a', load)).toEqual({ n: 1 });
    clock.advance(1);
    expect(await cache.getOrSet('a', load)).toEqual({ n: 2 });
    expect(load).toHaveBeenCalledTimes(2);
  });

  it.each([null, 0, '', false])('keeps %p as a value', async (value) => {
    const load = jest.fn(() => value);
    expect(await cache.getOrSet('a', load)).toBe(value);
    expect(await cache.getOrSet('a', load)).toBe(value);
    expect(await cache.get('a')).toBe(value);
    expect(cache.getSync('a')).toBe(value);
    expect(await cache.has('a')).toBe(true);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('caches neither undefined nor what the loader skips, and keeps the ttl and tags the loader sets', async () => {
    const nothing = jest.fn(() => undefined);
    await cache.getOrSet('a', nothing);
    await cache.getOrSet('a', nothing);
    expect(nothing).toHaveBeenCalledTimes(2);
    expect(await cache.getOrSet('b', ({ skip }) => (skip(), 1))).toBe(1);
    expect(cache.getSync('b')).toBeUndefined();

    await cache.getOrSet('c', ({ setTtl, setTags }) => (setTtl(10), setTags(['t']), 1));
    clock.advance(9);
    expect(cache.getSync('c')).toBe(1);
    expect(await cache.deleteByTag('t')).toBe(1);
    expect(cache.getSync('c')).toBeUndefined();
  });

  it('calls a failing load once for all waiting callers and not again until the back-off is over', async () => {
    const load = jest.fn(() => Promise.reject(new Error('down')));
    const together = await Promise.allSettled(Array.from({ length: 50 }, () => cache.getOrSet('a', load)));
    expect(together.every((outcome) => outcome.status === 'rejected')).toBe(true);
    await expect(cache.getOrSet('a', load)).rejects.toThrow('down');
    expect(load).toHaveBeenCalledTimes(1);
    clock.advance(250);
    await expect(cache.getOrSet('a', load)).rejects.toThrow('down');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('serves the stale value while it is refreshed and when loading fails, within staleMs', async () => {
    const options = { ttlMs: 100, staleMs: 1_000 };
    await cache.getOrSet('a', () => 'old', options);
    clock.advance(100);
    const failing = jest.fn(() => Promise.reject(new Error('down')));
    expect(await cache.getOrSet('a', failing, { ...options, softTimeoutMs: 1_000 })).toBe('old');
    expect(await cache.getOrSet('a', failing, options)).toBe('old');
    expect(failing).toHaveBeenCalledTimes(1);
    clock.advance(300);
    const { promise, resolve } = Promise.withResolvers<string>();
    expect(await cache.getOrSet('a', () => promise, options)).toBe('old');
    resolve('new');
    await promise;
    await new Promise(setImmediate);
    expect(cache.getSync('a')).toBe('new');
  });

  it('lets a delete win over a load under way, and the next caller load anew', async () => {
    const old = Promise.withResolvers<string>();
    const first = cache.getOrSet('a', () => old.promise);
    await cache.delete('a');
    const second = cache.getOrSet('a', () => 'new');
    old.resolve('old');
    expect(await first).toBe('old');
    expect(await second).toBe('new');
    expect(cache.getSync('a')).toBe('new');
  });

  it.each([
    ['set', (c: CacheService) => c.set('a', 'set'), 'set'],
    ['expire', (c: CacheService) => c.expire('a'), undefined],
    ['tag', (c: CacheService) => c.deleteByTag('t'), undefined],
    ['prefix', (c: CacheService) => c.deleteByPrefix(''), undefined],
    ['clear', (c: CacheService) => c.clear(), undefined],
  ])('lets a %s win over a load under way', async (_, act, left) => {
    const old = Promise.withResolvers<string>();
    const first = cache.getOrSet('a', () => old.promise, { tags: ['t'] });
    await act(cache);
    old.resolve('old');
    await first;
    expect(cache.getSync('a')).toBe(left);
  });

  it('refreshes ahead once, in the background', async () => {
    const load = jest.fn((): number => load.mock.calls.length);
    const options = { ttlMs: 100, refreshAheadRatio: 0.5 };
    await cache.getOrSet('a', load, options);
    clock.advance(60);
    expect(await cache.getOrSet('a', load, options)).toBe(1);
    await new Promise(setImmediate);
    expect(load).toHaveBeenCalledTimes(2);
    expect(cache.getSync('a')).toBe(2);
  });

  it('gives a load up after its hard timeout and tells it so', async () => {
    let signal: AbortSignal | undefined;
    const call = cache.getOrSet('a', (context) => ((signal = context.signal), new Promise(() => undefined)), {
      hardTimeoutMs: 20,
    });
    await expect(call).rejects.toMatchObject({ code: 'CACHE_LOAD_TIMEOUT' });
    expect(signal?.aborted).toBe(true);
  });

  it('loads all misses of many keys with one call', async () => {
    await cache.set('a', 1);
    const load = jest.fn((keys: readonly string[]) => new Map(keys.filter((k) => k !== 'd').map((k) => [k, 2])));
    expect(await cache.getOrSetMany(['a', 'b', 'c', 'd'], load)).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
        ['c', 2],
      ]),
    );
    expect(load).toHaveBeenCalledTimes(1);
    expect(load).toHaveBeenCalledWith(['b', 'c', 'd']);
    expect(await cache.getMany(['a', 'b', 'd'])).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
  });

  it('hands out frozen copies, and leaves the object of the loader alone', async () => {
    const mine = { list: [{ n: 1 }] };
    const got = await cache.getOrSet('a', () => mine);
    expect(() => got.list.push({ n: 2 })).toThrow(TypeError);
    mine.list.push({ n: 3 });
    expect(await cache.getOrSet('a', () => mine)).toEqual({ list: [{ n: 1 }] });

    const withDate = await cache.getOrSet('b', () => ({ at: new Date(0) }));
    withDate.at.setTime(5);
    expect(await cache.get('b')).toEqual({ at: new Date(0) });
  });

  it('gives no stale value to a call that starts when it is over, whatever is loading and however long', async () => {
    const options = { ttlMs: 100, staleMs: 200, softTimeoutMs: 0, hardTimeoutMs: 60_000 };
    await cache.set('a', 'old', options);
    clock.advance(150);
    const loading = Promise.withResolvers<string>();
    const load = () => loading.promise;
    expect(await cache.getOrSet('a', load, options)).toBe('old');
    clock.advance(149);
    expect(await cache.getOrSet('a', load, options)).toBe('old');
    clock.advance(1); // 300 ms after it was stored
    const late = cache.getOrSet('a', load, options);
    clock.advance(3_000);
    const later = cache.getOrSet('a', load, options);
    loading.resolve('new');
    expect(await Promise.all([late, later])).toEqual(['new', 'new']);
  });

  it('fails a call that started when the stale value was over, and gives it to those that started before', async () => {
    const options = { ttlMs: 100, staleMs: 200, softTimeoutMs: 50_000, hardTimeoutMs: 60_000 };
    await cache.set('a', 'old', options);
    clock.advance(150);
    const loading = Promise.withResolvers<string>();
    const before = cache.getOrSet('a', () => loading.promise, options);
    clock.advance(150);
    const after = cache.getOrSet('a', () => loading.promise, options);
    loading.reject(new Error('down'));
    expect(await before).toBe('old');
    await expect(after).rejects.toThrow('down');
  });

  it('gives the loader a stale value of its own', async () => {
    await cache.set('a', new Map([['n', 1]]), { ttlMs: 10, staleMs: 1_000 });
    clock.advance(10);
    const load = jest.fn(
      async ({ stale }: { stale: Map<string, number> | undefined }): Promise<Map<string, number>> => {
        stale!.set('n', 2);
        throw new Error('down');
      },
    );
    await cache.getOrSet('a', load, { softTimeoutMs: 1_000 });
    expect(await cache.getOrSet('a', load)).toEqual(new Map([['n', 1]]));
  });

  it('caches nothing with a ttl of 0, not even to be served stale', async () => {
    await cache.getOrSet('a', () => 1, { ttlMs: 0, staleMs: 1_000 });
    await cache.getOrSet('b', ({ setTtl }) => (setTtl(0), 1), { staleMs: 1_000 });
    await cache.set('c', 1);
    await cache.set('c', 2, { ttlMs: 0, staleMs: 1_000 });
    expect(cache.stats().memory.entries).toBe(0);
  });

  it('counts the look-ups of memory only where memory is asked', async () => {
    await cache.getOrSet('a', () => 1, { tiers: ['redis'] });
    await cache.get('a', { tiers: ['redis'] });
    expect(cache.stats().namespaces[0]!.memory).toMatchObject({ hits: 0, misses: 0 });
    await cache.getOrSet('a', () => 1);
    await cache.get('a');
    cache.getSync('none');
    expect(cache.stats().namespaces[0]!.memory).toMatchObject({ hits: 1, misses: 2, hitRate: 1 / 3 });
    const off = new CacheService({ ...OPTIONS, memory: false }, clock);
    await off.getOrSet('a', () => 1);
    off.getSync('a');
    expect(off.stats().namespaces[0]!).toMatchObject({ memory: { hits: 0, misses: 0 }, loads: 1 });
  });

  it('keeps namespaces apart, each within its own number of entries', async () => {
    const small = cache.namespace('small', { maxEntries: 2 });
    await cache.set('a', 'default');
    for (const key of ['a', 'b', 'c']) await small.set(key, key);
    expect([small.getSync('a'), small.getSync('b'), small.getSync('c')]).toEqual([undefined, 'b', 'c']);
    await small.clear();
    expect(small.getSync('b')).toBeUndefined();
    expect(cache.getSync('a')).toBe('default');
  });

  it('stays within its memory and evicts the least recently used', async () => {
    const text = 'x'.repeat(10_000);
    for (let n = 0; n < 300; n++) {
      await cache.set(`k${n}`, text);
      cache.getSync('k0');
    }
    const { memory } = cache.stats();
    expect(memory.bytes).toBeLessThanOrEqual(OPTIONS.memoryLimitBytes);
    expect(memory.entries).toBeGreaterThan(90);
    expect(cache.getSync('k0')).toBe(text);
    expect(cache.getSync('k1')).toBeUndefined();
  });

  it('loads every time, but once for all at the same time, with both tiers off', async () => {
    const off = new CacheService({ ...OPTIONS, memory: false, redis: false }, clock);
    const load = jest.fn(async () => 1);
    await Promise.all([off.getOrSet('a', load), off.getOrSet('a', load)]);
    await off.getOrSet('a', load);
    expect(load).toHaveBeenCalledTimes(2);
  });
});
