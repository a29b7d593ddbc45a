import { CacheInvalidationQueuedError } from '../../src/cache/cache.errors';
import { CacheService } from '../../src/cache/cache.service';
import { ManualClock } from '../../src/testing/manual-clock';
import type { Invalidation } from '../../src/cache/options/invalidation';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { TcpProxy } from '../support/tcp-proxy';
import { busUp, RedisCaches } from './redis-caches';

const KINDS: readonly Invalidation[] = [{ keys: ['k'] }, { tags: ['t'] }, { prefix: 'k' }, { all: true }];

describe('an invalidation tells how far it has come', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let throughProxy: RedisCaches;
  let direct: RedisCaches;
  let writer: CacheService;
  let reader: CacheService;

  beforeAll(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });
  beforeEach(async () => {
    throughProxy = new RedisCaches(`redis://127.0.0.1:${proxy.port}`);
    direct = new RedisCaches(server.url);
    await direct.connect().flushall();
    [writer, reader] = [await throughProxy.open({ redisTimeoutMs: 200 }), await direct.open()];
    await writer.set('k', 'old', { tags: ['t'] });
    expect(await reader.get('k')).toBe('old');
  });
  afterEach(async () => {
    proxy.forward();
    await Promise.all([throughProxy.close(), direct.close()]);
  });

  it.each(KINDS)('everywhere, when Redis has it: %j', async (what) => {
    await expect(writer.invalidate(what, { strict: true })).resolves.toEqual({ removed: 1, scope: 'everywhere' });
    await eventually('the other process heard of it', () => reader.getSync('k') === undefined);
    await expect(writer.invalidate({ keys: ['k'] })).resolves.toEqual({ removed: 0, scope: 'everywhere' });
  });

  it.each(KINDS)(
    'queued, when only the writer is cut off, and strict rejects; the others get it when it is back: %j',
    async (what) => {
      proxy.stall();
      await expect(writer.invalidate(what, { strict: true })).rejects.toThrow(CacheInvalidationQueuedError);
      await expect(writer.invalidate(what)).resolves.toEqual({ removed: 0, scope: 'queued' });
      expect(reader.getSync('k')).toBe('old'); // it is connected and cannot know
      proxy.forward();
      await busUp(writer);
      await eventually('the other process heard of it', () => reader.getSync('k') === undefined);
      expect(await reader.get('k')).toBeUndefined();
    },
  );

  it('memory, where there is no Redis', async () => {
    const cache = new CacheService({ redis: false }, new ManualClock());
    await cache.set('k', 1);
    await expect(cache.invalidate({ keys: ['k'] }, { strict: true })).resolves.toEqual({ removed: 1, scope: 'memory' });
  });

  it('takes exactly one of four, and knows no others', async () => {
    for (const what of [{}, { keys: ['k'], all: true }, { keys: 'k' }, { all: false }, { key: 'k' }]) {
      await expect(writer.invalidate(what as never)).rejects.toThrow(/^invalidate\(\)/);
    }
    await expect(writer.invalidate({ keys: [] })).resolves.toEqual({ removed: 0, scope: 'everywhere' });
    expect(reader.getSync('k')).toBe('old');
  });
});
