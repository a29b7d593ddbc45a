import { ManualClock } from '../testing/manual-clock';
import { CacheService } from './cache.service';

async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.toSorted();
}

describe('in memory', () => {
  let clock: ManualClock;
  let cache: CacheService;
  beforeEach(() => {
    clock = new ManualClock();
    cache = new CacheService({ redis: false, failureBackoffMs: 0 }, clock);
  });

  it('tags are made from the value, of a set and of a load; those of setTags come first', async () => {
    interface User {
      readonly team: string;
    }
    const tags = (user: User): readonly string[] => [`team:${user.team}`];
    await cache.set('set', { team: 'a' }, { tags });
    await cache.getOrSet('loaded', () => ({ team: 'b' }), { tags });
    await cache.getOrSet(
      'told',
      ({ setTags }) => {
        setTags(['own']);
        return { team: 'a' };
      },
      { tags },
    );
    expect(await cache.deleteByTag('team:a')).toBe(1);
    expect(cache.getSync('set')).toBeUndefined();
    expect(await cache.deleteByTag('team:b')).toBe(1);
    expect(await cache.deleteByTag('own')).toBe(1);
    const wrong = cache.set('k', 1, { tags: () => 'text' as never });
    await expect(wrong).rejects.toThrow('the answer of tags must be an array of texts');
  });

  it('a tag that is invalidated during the load counts for the value that gets it', async () => {
    const loading = cache.getOrSet(
      'k',
      async () => {
        await cache.deleteByTag('late');
        return 1;
      },
      { tags: () => ['late'] },
    );
    expect(await loading).toBe(1);
    expect(cache.getSync('k')).toBeUndefined();
  });

  it('memoryTtlMs ends what memory serves, and what it serves stale after that', async () => {
    await cache.set('k', 1, { ttlMs: 60_000, memoryTtlMs: 100 });
    await cache.set('stale', 1, { ttlMs: 60_000, staleMs: 50, memoryTtlMs: 100 });
    clock.advance(99);
    expect([cache.getSync('k'), cache.getSync('stale')]).toEqual([1, 1]);
    clock.advance(1);
    expect([cache.getSync('k'), cache.getSync('stale')]).toEqual([undefined, undefined]);
    expect(await cache.getOrSet('stale', () => 2, { staleMs: 50 })).toBe(1);
  });

  it('forceFresh loads although the value is fresh, and what it loads counts', async () => {
    await cache.set('k', 'old');
    expect(await cache.getOrSet('k', () => 'new', { forceFresh: true })).toBe('new');
    expect(await cache.get('k')).toBe('new');
    const failing = cache.getOrSet('k', () => Promise.reject(new Error('down')), { forceFresh: true, staleMs: 1_000 });
    await expect(failing).rejects.toThrow('down');
    expect(await cache.getOrSet('k', () => 'never')).toBe('new');
    const many = await cache.getOrSetMany(['k', 'm'], (keys) => new Map(keys.map((key) => [key, `fresh ${key}`])), {
      forceFresh: true,
    });
    expect([...many.values()]).toEqual(['fresh k', 'fresh m']);
    await expect(cache.set('k', 1, { forceFresh: true } as never)).rejects.toThrow('no cache option forceFresh');
  });

  it('forceFresh is not undone by a load that began before it', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const older = cache.getOrSet('k', () => promise);
    expect(await cache.getOrSet('k', () => 'new', { forceFresh: true })).toBe('new');
    resolve('old');
    expect(await older).toBe('old');
    expect(cache.getSync('k')).toBe('new');
  });

  it('keys are listed by prefix, without what is over or invalidated', async () => {
    await cache.setMany(['a:1', 'a:2', 'b:1'].map((key) => [key, 1]));
    await cache.set('a:over', 1, { ttlMs: 10, staleMs: 1_000 });
    await cache.set('a:tagged', 1, { tags: ['t'] });
    clock.advance(10);
    void cache.deleteByTag('t');
    expect(await listed(cache.keys())).toEqual(['a:1', 'a:2', 'b:1']);
    expect(await listed(cache.keys({ prefix: 'a:' }))).toEqual(['a:1', 'a:2']);
    expect(await listed(cache.keys({ tiers: ['redis'] }))).toEqual([]);
    await cache.setMany(Array.from({ length: 25_000 }, (_, n) => [`many:${n}`, n]));
    expect(new Set(await listed(cache.keys({ prefix: 'many:' }))).size).toBe(25_000);
    expect(() => cache.keys({ pattern: '*' } as never)).toThrow('no cache option pattern');
  });
});
