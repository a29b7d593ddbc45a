import { CacheService } from '../../src/cache/cache.service';
import { CacheWarming } from '../../src/cache/warm/cache-warming';
import { startApp } from '../support/app';
import { RedisServer } from '../support/redis-server';

describe('a restart', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.close());

  it('begins with the hottest keys of before in memory, fetched from Redis without a load', async () => {
    const env = { REDIS_URL: server.url, CACHE_REDIS_TIMEOUT_MS: '1000' };
    const before = await startApp(env);
    // What memory holds before the bus is up is dropped then.
    await before.get(CacheWarming).warmed;
    const cache = before.get(CacheService);
    await cache.setMany([['hot', 'from Redis'], ['cold', 1]]); // prettier-ignore
    await cache.namespace('other').set('hot', 2);
    for (let n = 0; n < 500; n++) {
      cache.getSync('hot');
      cache.namespace('other').getSync('hot');
    }
    await before.close();

    const after = await startApp(env);
    await after.get(CacheWarming).warmed;
    const restarted = after.get(CacheService);
    expect(restarted.getSync('hot')).toBe('from Redis');
    expect(restarted.namespace('other').getSync('hot')).toBe(2);
    expect(restarted.getSync('cold')).toBeUndefined();
    await after.close();
  });
});
