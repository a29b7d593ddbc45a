import type { CacheService } from '../../src/cache/cache.service';
import type { Invalidation } from '../../src/cache/options/invalidation';
import { overOneRedis, type RedisCaches } from './redis-caches';

const KINDS: readonly Invalidation[] = [{ keys: ['k'] }, { tags: ['t'] }, { prefix: 'k' }, { all: true }];

describe('what is called in one turn of the event loop happens in that order, in Redis as well', () => {
  let caches: RedisCaches;
  let writer: CacheService;
  let reader: CacheService;
  overOneRedis(async (opened) => {
    caches = opened;
    [writer, reader] = [await caches.open(), await caches.open()];
    await writer.set('warm', 1, { tags: ['t'] });
  });

  it.each(KINDS)('a value that was set before an invalidation is gone: %j', async (what) => {
    for (let round = 0; round < 20; round++) {
      const set = writer.set('k', round, { tags: ['t'] });
      const gone = writer.invalidate(what);
      await Promise.all([set, gone]);
      expect([round, await writer.get('k'), await reader.get('k')]).toEqual([round, undefined, undefined]);
    }
  });

  it('nor does the value before it come back, which had another tag', async () => {
    await writer.set('k', 'before', { tags: ['other'] });
    await Promise.all([writer.set('k', 'after', { tags: ['t'] }), writer.deleteByTag('t')]);
    expect([await writer.get('k'), await reader.get('k')]).toEqual([undefined, undefined]);
  });

  it('nor as a stale one, when what was set is made stale before it reached Redis', async () => {
    await writer.set('k', 'before', { staleMs: 60_000 });
    await Promise.all([writer.set('k', 'after', { staleMs: 60_000 }), writer.expire('k')]);
    expect(await reader.getOrSet('k', async () => 'loaded', { staleMs: 60_000, softTimeoutMs: 1 })).not.toBe('before');
  });

  it.each(KINDS)('a value that was set after one stays: %j', async (what) => {
    for (let round = 0; round < 20; round++) {
      const gone = writer.invalidate(what);
      const set = writer.set('k', round, { tags: ['t'] });
      await Promise.all([set, gone]);
      expect([round, await writer.get('k')]).toEqual([round, round]);
    }
  });
});
