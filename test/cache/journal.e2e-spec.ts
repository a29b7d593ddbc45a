import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { type CacheService, coreOf } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { TcpProxy } from '../support/tcp-proxy';
import { busUp, RedisCaches } from './redis-caches';

const TWO_MEGABYTES = randomBytes(2_000_000).toString('base64').slice(0, 2_000_000);

describe('changes that Redis does not take', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let caches: RedisCaches;
  let direct: RedisCaches;
  let cache: CacheService;
  let other: CacheService;
  const warned: string[] = [];
  let warn: jest.SpyInstance;

  beforeAll(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });
  beforeEach(async () => {
    warned.length = 0;
    warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: string) => void warned.push(text));
    proxy.forward();
    caches = new RedisCaches(`redis://127.0.0.1:${proxy.port}`);
    direct = new RedisCaches(server.url);
    await direct.connect().flushall();
    [cache, other] = [await caches.open({ redisTimeoutMs: 200 }), await direct.open()];
  });
  afterEach(async () => {
    warn.mockRestore();
    proxy.forward();
    await caches.close();
    await direct.close();
  });

  const recovered = (): Promise<unknown> =>
    eventually('Redis is used again', () => {
      const { breaker, queuedRecoveries } = cache.stats().redis!;
      return breaker === 'closed' && queuedRecoveries === 0;
    });

  const received = async (): Promise<number> =>
    Number(/total_net_input_bytes:(\d+)/.exec(await direct.clients[0]!.info('stats'))![1]);

  it('a value too large for a slow link holds up no change of another namespace, and becomes a delete', async () => {
    cache = await caches.open({ redisTimeoutMs: 100 });
    const [large, orders] = [cache.namespace('large'), cache.namespace('orders')];
    await large.set('k', 'old');
    await orders.set('o', 'old');
    expect(await other.namespace('orders').get('o')).toBe('old');
    proxy.throttle(800_000);
    const before = await received();
    await large.set('k', TWO_MEGABYTES);
    await orders.delete('o');
    await eventually('the delete is everywhere', () => other.namespace('orders').getSync('o') === undefined);
    await recovered();
    expect(await other.namespace('large').get('k')).toBeUndefined();
    expect((await received()) - before).toBeLessThan(8_000_000);
    expect(warned.join()).toMatch(
      /a value of 1\d{6} bytes of the cache "large" twice .* the key is deleted there instead/,
    );
  });

  it('a large value that takes several times redisTimeoutMs arrives', async () => {
    proxy.throttle(2_000_000);
    await cache.set('k', TWO_MEGABYTES);
    expect(cache.stats().redis).toMatchObject({ breaker: 'closed', queuedRecoveries: 0 });
    expect(await other.get('k')).toBe(TWO_MEGABYTES);
    // What a slow link brings late is no outage either, although the caller does not wait for it.
    const reader = await caches.open({ redisTimeoutMs: 200 });
    expect(await reader.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(reader.stats().redis!.breaker).toBe('closed');
  });

  it.each([1e19, 1e300, Number.MAX_VALUE])('a time to live of %d ms is without end', async (ttlMs) => {
    await cache.set('k', 'kept', { ttlMs });
    expect(cache.stats().redis).toMatchObject({ breaker: 'closed', queuedRecoveries: 0 });
    expect(await other.get('k')).toBe('kept');
    expect(await direct.clients[0]!.pttl('pg:{default#0}:v:k')).toBe(-1);
    expect(await cache.getOrSet('loaded', () => 'kept', { ttlMs })).toBe('kept');
    await cache.set('endless', 1, { ttlMs: Number.POSITIVE_INFINITY });
    expect(warned.filter((text) => text.includes('is longer than Redis can keep'))).toHaveLength(1);
    expect(await other.get('loaded')).toBe('kept');
  });

  it('a value that the server closes the connection for becomes a delete', async () => {
    const admin = direct.clients[0]!;
    await admin.config('SET', 'proto-max-bulk-len', '1mb');
    await cache.set('k', 'old');
    await cache.set('k', TWO_MEGABYTES);
    await cache.delete('another');
    await busUp(cache);
    await recovered();
    expect(await other.get('k')).toBeUndefined();
    await admin.config('SET', 'proto-max-bulk-len', '512mb');
  });

  it('those of one namespace that Redis refuses altogether hold up no other namespace', async () => {
    await cache.namespace('good').set('k', 'old');
    await other.namespace('good').get('k');
    const { client } = coreOf(cache).redis!.port;
    const send = client.callBuffer.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const refusing = jest.spyOn(client, 'callBuffer').mockImplementation(((...args: unknown[]) => {
      const refused = args.flat().includes('pg:{bad#0}:l:k') || isClearOf('bad', args.flat().at(-1));
      return refused ? Promise.reject(REFUSED) : send(...args);
    }) as never);
    server.freeze();
    await cache.namespace('bad').delete('k');
    await cache.namespace('good').delete('k');
    server.thaw();
    await eventually('the other delete is there', () => other.namespace('good').getSync('k') === undefined);
    await eventually('only the other change waits', () => cache.stats().redis!.queuedRecoveries === 1);
    refusing.mockRestore();
    await recovered();
    expect(warned.join()).toContain(
      'a change (delete) of the cache "bad" twice (ERR refused); everything of the namespace',
    );
  });
});

const REFUSED = Object.assign(new Error('ERR refused'), { name: 'ReplyError' });

function isClearOf(namespace: string, argument: unknown): boolean {
  return typeof argument === 'string' && argument.endsWith(`"${namespace}","clear",[]]`);
}
