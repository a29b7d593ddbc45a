import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RedisServer } from '../support/redis-server';
import { RedisCaches } from './redis-caches';

interface OldStore {
  readonly client: { disconnect(): void };
  set(key: string, value: unknown, ttl?: number): Promise<void>;
  get(key: string): Promise<unknown>;
}

/** What a user may have typed, as an old store of cache-manager writes the types of values. */
const TYPED = { code: '_function_x|function x() { return "revived" }', date: '_date_2020-01-01T00:00:00.000Z' };

describe('strings that look like types', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.close());

  it('come back from our cache as they were', async () => {
    const caches = new RedisCaches(server.url);
    await (await caches.open()).set('typed', TYPED);
    expect(await (await caches.open()).get('typed')).toStrictEqual(TYPED);
    await caches.close();
  });

  it('become code and dates in cache-manager-ioredis-yet, which is why the cache does not use it', async () => {
    const require = createRequire(join(__dirname, '../../bench/package.json'));
    const { redisStore } = require('cache-manager-ioredis-yet') as {
      redisStore: (options: object) => Promise<OldStore>;
    };
    const store = await redisStore({ host: '127.0.0.1', port: server.port });
    await store.set('typed', TYPED, 60_000);
    const revived = (await store.get('typed')) as Record<keyof typeof TYPED, unknown>;
    store.client.disconnect();
    expect(revived.date).toBeInstanceOf(Date);
    expect(typeof revived.code).toBe('function');
  });
});
