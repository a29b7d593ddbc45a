import { Logger } from '@nestjs/common';
import { ManualClock } from '../testing/manual-clock';
import { CacheService } from './cache.service';
import type { CacheEventName } from './cache-events';

const NAMES: readonly CacheEventName[] = ['hit', 'miss', 'load', 'evict', 'invalidate', 'degraded'];

/** What is told, without the number of the cache. */
function listen(to: CacheService, names = NAMES): unknown[][] {
  const told: unknown[][] = [];
  for (const name of names) {
    to.on(name, (event) => {
      const { cache, ...fields } = event;
      expect(cache).toBeGreaterThan(0);
      told.push([name, ...Object.values(fields)]);
    });
  }
  return told;
}

describe('the events of a cache', () => {
  let cache: CacheService;
  beforeEach(() => (cache = new CacheService({ redis: false, failureBackoffMs: 0 }, new ManualClock())));
  afterEach(() => cache.onApplicationShutdown());

  it('tell of hits, misses, loads and invalidations as they happen', async () => {
    await cache.set('early', 1);
    const told = listen(cache);
    cache.getSync('early');
    await cache.get('early');
    await cache.get('none');
    const users = cache.namespace('users');
    await users.getOrSet('a', async () => 1);
    await users.getOrSet('a', async () => 1);
    await users.getOrSet('b', () => Promise.reject(new Error('down'))).catch(() => undefined);
    await users.delete('a');
    await cache.deleteByTag('t');
    await users.clear();
    const ms = expect.any(Number);
    expect(told).toEqual([
      ['hit', 'default', 'early', 'memory'],
      ['hit', 'default', 'early', 'memory'],
      ['miss', 'default', 'none'],
      ['miss', 'users', 'a'],
      ['load', 'users', 'a', ms],
      ['hit', 'users', 'a', 'memory'],
      ['miss', 'users', 'b'],
      ['load', 'users', 'b', ms, new Error('down')],
      ['invalidate', 'users', ['a'], [], 'here'],
      ['invalidate', 'default', [], ['t'], 'here'],
      ['invalidate', 'users', [], ['t'], 'here'],
      ['invalidate', 'users', [], [], 'here'],
    ]);
  });

  it('tell of every hit from the first on, also in a namespace that is used later', async () => {
    const told = listen(cache, ['hit']);
    const later = cache.namespace('later');
    await later.set('a', 1);
    for (let n = 0; n < 300; n++) later.getSync('a');
    expect(told).toHaveLength(300);
  });

  it('tell of evictions', async () => {
    const told = listen(cache, ['evict']);
    const few = cache.namespace('few', { maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) await few.set(key, 1);
    expect(told).toEqual([['evict', 'few', expect.stringMatching(/^[abc]$/)]]);
  });

  it('are of one cache, and end with it or when they are stopped', async () => {
    const other = new CacheService({ redis: false }, new ManualClock());
    const told = listen(cache, ['miss']);
    await other.get('a');
    expect(told).toEqual([]);
    const stop = other.on('miss', () => void told.push(['other']));
    await other.get('a');
    stop();
    await other.get('a');
    expect(told).toEqual([['other']]);
    await cache.onApplicationShutdown();
    await cache.get('a');
    expect(told).toEqual([['other']]);
  });

  it('harm nobody when a listener throws, which is logged once', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    cache.on('miss', () => {
      throw new Error('a fault of the listener');
    });
    const told = listen(cache, ['miss']);
    await cache.get('a');
    await cache.get('b');
    expect(told).toHaveLength(2);
    expect(error.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringMatching(/^A listener of the cache's event "miss" failed: Error: a fault of the listener\n/),
    ]);
    error.mockRestore();
  });

  it('are those that there are', () => {
    expect(() => cache.on('hits' as 'hit', () => undefined)).toThrow(/the event must be one of hit, miss, load/);
  });
});
