import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type CacheService, coreOf } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { RedisServer } from '../support/redis-server';
import { TcpProxy } from '../support/tcp-proxy';
import { busUp, RedisCaches } from './redis-caches';

const SLOT = 'pg:{default#0}';

describe('a Redis that is not what it was', () => {
  let server: RedisServer;
  let caches: RedisCaches;
  let admin: Redis;
  let a: CacheService;
  let b: CacheService;

  beforeEach(async () => {
    server = await RedisServer.start();
    caches = new RedisCaches(server.url);
    admin = caches.connect();
    [a, b] = [await caches.open(), await caches.open()];
  });
  afterEach(async () => {
    server.thaw();
    await caches.close();
    await server.close();
  });

  it('comes back with an older snapshot: nothing invalidated since is served, and no load of before is stored', async () => {
    await a.setMany([['deleted', 'old'], ['replaced', 'old']]); // prettier-ignore
    await a.set('tagged', 'old', { tags: ['t'] });
    await admin.save();
    await a.delete('deleted');
    await a.set('replaced', 'new');
    await a.deleteByTag('t');
    const { promise: loaded, resolve: finish } = Promise.withResolvers<string>();
    const loading = a.getOrSet('loading', () => loaded);
    await eventually('it loads', async () => (await admin.exists(`${SLOT}:l:loading`)) === 1);
    await server.stop('SIGKILL');
    await server.restart();
    expect(await admin.get(`${SLOT}:v:deleted`)).not.toBeNull(); // it did come back
    await busUp(a);
    await busUp(b);
    await b.delete('loading');
    finish('loaded before');
    await loading;
    for (const cache of [a, b, await caches.open()]) {
      for (const key of ['deleted', 'replaced', 'tagged', 'loading']) {
        expect([key, await cache.get(key)]).toEqual([key, undefined]);
      }
    }
  });

  it('is only a replica: counts as away until it can be written to, and memory is not dropped time and again', async () => {
    await b.set('other', 1);
    await a.set('k', 'old');
    await admin.replicaof('127.0.0.1', 1); // no server listens there: it keeps what it has, and refuses writes
    expect(await a.getOrSet('new', () => 'loaded')).toBe('loaded');
    await eventually('it is given up', () => a.stats().redis!.breaker !== 'closed');
    const dropped = (): number => a.stats().namespaces[0]!.memory.removals.unverified;
    const before = dropped();
    for (let round = 0; round < 20; round++) {
      await a.getOrSet(`new ${round}`, () => 'loaded');
      await sleep(40);
    }
    expect(dropped() - before).toBe(0);
    await a.delete('other');
    await admin.replicaof('NO', 'ONE');
    await recovered(a);
    expect(await (await caches.open()).get('other')).toBeUndefined();
  });

  it.each(['namespaces', 'hot-keys', '{default#0}:head', '{default#0}:fences', '{default#0}:tags'])(
    'holds something else in the place of %s: it is put right without a break',
    async (name) => {
      await a.set('before', 'old', { tags: ['t'] });
      for (const garbage of ['list', 'string', 'scores'] as const) {
        await admin.del(`pg:${name}`);
        if (garbage === 'list') await admin.rpush(`pg:${name}`, 'x');
        else if (garbage === 'string') await admin.set(`pg:${name}`, '99999999999999999999 1 1');
        else await admin.zadd(`pg:${name}`, '99999999999999999999', '');
        const fresh = await caches.open();
        const space = fresh.namespace(`n-${garbage}`);
        await space.set('k', 1, { tags: ['t'] });
        await fresh.set('k', garbage, { tags: ['t'] });
        expect(await fresh.getOrSet('loaded', () => garbage, { tags: ['t'] })).toBe(garbage);
        await eventually('it keeps values again', async () => {
          const other = await caches.open();
          await fresh.set('k', garbage, { tags: ['t'] });
          return (await other.get('k')) === garbage;
        });
        await fresh.deleteByTag('t');
        expect(await (await caches.open()).get('k')).toBeUndefined();
        if (name === 'namespaces')
          expect(await (await caches.open()).namespace(`n-${garbage}`).get('k')).toBeUndefined();
        await fresh.clear();
        expect(fresh.stats().redis).toMatchObject({ breaker: 'closed', busLosses: 0 });
      }
    },
  );

  it('is full when it comes back: what was missed is applied all the same', async () => {
    await a.setMany([['written', 'old'], ['deleted', 'old']]); // prettier-ignore
    server.freeze();
    await a.set('written', 'x'.repeat(100));
    await a.delete('deleted');
    server.thaw();
    await admin.config('SET', 'maxmemory', '1');
    await recovered(a);
    const fresh = await caches.open();
    expect(await fresh.get('deleted')).toBeUndefined();
    expect(['x'.repeat(100), undefined]).toContainEqual(await fresh.get('written'));
    expect(fresh.stats().redis!.breaker).toBe('closed');
  });

  it('evicts any of its bookkeeping at any time: misses, never what was invalidated', async () => {
    for (const name of ['head', 'fences', 'tags']) {
      await a.set('k', 'old', { tags: ['t'] });
      const { promise: loaded, resolve: finish } = Promise.withResolvers<string>();
      const loading = a.getOrSet(`of ${name}`, () => loaded, { tags: ['t'] });
      await eventually('it loads', async () => (await admin.exists(`${SLOT}:l:of ${name}`)) === 1);
      coreOf(a).redis!.port.subscriber.disconnect(); // only Redis can refuse it
      await b.deleteMany(['k', `of ${name}`]);
      await b.deleteByTag('t');
      await admin.del(`${SLOT}:${name}`);
      finish('loaded before');
      await loading;
      const fresh = await caches.open();
      expect(await fresh.get('k')).toBeUndefined();
      expect(await fresh.get(`of ${name}`)).toBeUndefined();
      await coreOf(a).redis!.port.subscriber.connect();
      await busUp(a);
    }
  });

  it('forgets single fences, but never that of a prefix, when there are more than it keeps', async () => {
    await b.deleteMany(Array.from({ length: 10_990 }, (_, n) => `early ${n}`));
    const { promise: loaded, resolve: finish } = Promise.withResolvers<string>();
    const loading = a.getOrSet('p:k', () => loaded);
    await eventually('it loads', async () => (await admin.exists(`${SLOT}:l:p:k`)) === 1);
    coreOf(a).redis!.port.subscriber.disconnect(); // only Redis can refuse it
    await b.deleteByPrefix('p:');
    await b.deleteMany(Array.from({ length: 100 }, (_, n) => `late ${n}`));
    expect(await admin.zcard(`${SLOT}:fences`)).toBeLessThan(10_100); // it has forgotten
    finish('loaded before');
    await loading;
    expect(await (await caches.open()).get('p:k')).toBeUndefined();
  });

  it('learns of a service-wide invalidation made while it was away, also for namespaces the maker does not know', async () => {
    await a.namespace('only-a').set('tagged', 'old', { tags: ['t'] });
    await a.namespace('only-a').set('plain', 'old');
    await eventually('a has announced it', async () => (await admin.sismember('pg:namespaces', 'only-a')) === 1);
    server.freeze();
    await b.deleteByTag('t');
    await b.namespace('known').set('k', 'written meanwhile', { tags: ['t'] });
    server.thaw();
    await recovered(b);
    let fresh = await caches.open();
    expect(await fresh.namespace('only-a').get('tagged')).toBeUndefined();
    expect(await fresh.namespace('only-a').get('plain')).toBe('old');
    expect(await fresh.namespace('known').get('k')).toBe('written meanwhile');
    server.freeze();
    await b.clear();
    server.thaw();
    await recovered(b);
    fresh = await caches.open();
    expect(await fresh.namespace('only-a').get('plain')).toBeUndefined();
    expect(await a.namespace('only-a').get('plain')).toBeUndefined();
  });

  describe('behind a network that stands still', () => {
    let proxy: TcpProxy;
    let through: RedisCaches;
    let far: CacheService;
    beforeEach(async () => {
      proxy = await TcpProxy.start(server.port);
      through = new RedisCaches(`redis://127.0.0.1:${proxy.port}`);
      far = await through.open({ redisTimeoutMs: 100 });
      await far.get('k');
    });
    afterEach(async () => {
      proxy.forward();
      await through.close();
      await proxy.close();
    });

    it('gets a write long after it was given up: it does not undo a newer one', async () => {
      proxy.stall();
      await far.set('k', 'older');
      await sleep(300);
      await b.set('k', 'newer');
      proxy.forward();
      await recovered(far);
      expect(await far.get('k')).not.toBe('older');
      expect(['newer', undefined]).toContain(await b.get('k'));
    });

    it.each([
      ['tag', () => b.deleteByTag('t')],
      ['clear', () => b.clear()],
      ['prefix', () => b.deleteByPrefix('k')],
    ])('gets a write after the %s that was made later: that wins, also over its repetition', async (_, invalidate) => {
      proxy.stall();
      const lost = far.set('k', 'older', { tags: ['t'] });
      proxy.cut();
      await lost;
      await invalidate();
      proxy.forward();
      await recovered(far);
      expect(await far.get('k')).toBeUndefined();
      expect(await b.get('k')).toBeUndefined();
    });

    it('is slow, but not too slow for one step: a call keeps to its time in all of them, and Redis is still used', async () => {
      await b.setMany([['tagged', 1]], { tags: ['t'] }); // prettier-ignore
      await through.close();
      proxy.slow(500); // each step takes 1,000 ms
      far = await through.open({ redisTimeoutMs: 1_500 });
      const unverified = (): number => far.stats().namespaces[0]!.memory.removals.unverified;
      const dropped = unverified();
      for (const key of ['tagged', 'untagged']) {
        const started = performance.now();
        await far.getOrSet(key, () => 2);
        // Two steps would be 2,000 ms.
        expect(performance.now() - started).toBeLessThan(1_990);
      }
      expect(far.stats().redis).toMatchObject({ breaker: 'closed', bus: 'up' });
      expect(far.getSync('untagged')).toBe(2);
      expect(unverified()).toBe(dropped);
      // Also if Redis did not know the script at first: it learns it all the same.
      await eventually('what was loaded has reached it', async () => {
        await far.getOrSet('again', () => 3, { tiers: ['redis'] });
        return (await b.get('again')) === 3;
      });
    });

    it('gets a request for the lock long after it was given up: no process has it then', async () => {
      await b.getOrSet('other', () => 'loaded'); // the server knows the script: it needs no second step
      const { client } = coreOf(far).redis!.port;
      const call = client.callBuffer.bind(client) as (...args: unknown[]) => Promise<unknown>;
      const stallFirst = (...args: unknown[]): Promise<unknown> => {
        proxy.stall(); // read before, asked for the lock now
        return call(...args);
      };
      const spy = jest.spyOn(client, 'callBuffer').mockImplementationOnce(stallFirst as never);
      expect(await far.getOrSet('loading', () => sleep(300, 'loaded'))).toBe('loaded');
      expect(spy).toHaveBeenCalled();
      proxy.forward();
      await recovered(far);
      expect(await admin.exists(`${SLOT}:l:loading`)).toBe(0);
    });
  });
});

async function recovered(cache: CacheService): Promise<void> {
  await eventually('it has caught up', () => cache.stats().redis!.queuedRecoveries === 0);
  await busUp(cache);
}
