import { cacheInvalidations, cacheRedisReads, cacheSets } from '../../src/cache/cache-channels';
import type { CacheService } from '../../src/cache/cache.service';
import type { TracedOperation } from '../../src/common/traced-operation';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { RedisCaches } from './redis-caches';

type Channel = typeof cacheRedisReads | typeof cacheSets | typeof cacheInvalidations;

/** The outcomes published on a channel while `act` runs. */
async function outcomesOf(channel: Channel, act: () => Promise<unknown>): Promise<(string | undefined)[]> {
  const outcomes: (string | undefined)[] = [];
  const note = (context: unknown) => void outcomes.push((context as TracedOperation).outcome);
  channel.asyncEnd.subscribe(note);
  try {
    await act();
  } finally {
    channel.asyncEnd.unsubscribe(note);
  }
  return outcomes;
}

describe('the tracing channels over Redis', () => {
  let server: RedisServer;
  let caches: RedisCaches;
  let cache: CacheService;
  beforeEach(async () => {
    server = await RedisServer.start();
    caches = new RedisCaches(server.url);
    cache = await caches.open({ redisTimeoutMs: 200 });
  });
  afterEach(async () => {
    await caches.close();
    await server.close();
  });

  it('tell hits from misses', async () => {
    await cache.set('in-redis', 1, { tiers: ['redis'] });
    const reads = async () => {
      expect(await cache.get('in-redis')).toBe(1);
      expect(await cache.get('nowhere')).toBeUndefined();
    };
    expect(await outcomesOf(cacheRedisReads, reads)).toEqual(['hit', 'miss']);
  });

  it('tell how far a change has come', async () => {
    expect(await outcomesOf(cacheSets, () => cache.set('a', 1))).toEqual(['all']);
    expect(await outcomesOf(cacheInvalidations, () => cache.deleteByTag('t'))).toEqual(['all']);
    await server.stop();
    await eventually('the breaker is open', async () => {
      await cache.get('b');
      return cache.stats().redis!.breaker !== 'closed';
    });
    expect(await outcomesOf(cacheSets, () => cache.set('a', 2))).toEqual(['queued']);
    expect(await outcomesOf(cacheInvalidations, () => cache.delete('a'))).toEqual(['queued']);
  });

  it('tell a read that Redis did not answer', async () => {
    server.freeze();
    const outcomes = await outcomesOf(cacheRedisReads, () => cache.get('a'));
    server.thaw();
    expect(outcomes).toEqual(['unavailable']);
  });
});
