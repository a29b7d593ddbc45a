import { type CacheService, coreOf } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { overOneRedis, type RedisCaches } from './redis-caches';

const LOCK = 'pg:{default#0}:l:k';

describe('the lock around a load', () => {
  let caches: RedisCaches;
  let a: CacheService;
  let b: CacheService;

  overOneRedis(async (opened) => {
    caches = opened;
    [a, b] = [await caches.open(), await caches.open()];
  });

  it('is released when the load is given up, also by a loader that never ends', async () => {
    await expect(a.getOrSet('k', endless, { hardTimeoutMs: 100 })).rejects.toThrow('100 ms');
    const started = performance.now();
    expect(await b.getOrSet('k', () => 'loaded')).toBe('loaded');
    // Without the release it would be the lease, 5 s.
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('wakes the callers that were refused it, however soon it was released', async () => {
    const longest = { ms: 0 };
    for (let round = 0; round < 300; round++) {
      const key = `k${round}`;
      const call = async (cache: CacheService): Promise<void> => {
        const started = performance.now();
        await cache.getOrSet(key, () => 1);
        longest.ms = Math.max(longest.ms, performance.now() - started);
      };
      await Promise.all([call(a), call(b)]);
    }
    // A wake-up that was missed would cost the lease, 5 s.
    expect(longest.ms).toBeLessThan(2_500);
  });

  it.each([
    ['deleted', () => a.delete('k')],
    ['set', () => a.set('k', 'set')],
    ['evicted', () => caches.clients[0]!.unlink(LOCK)],
  ])('is not waited for any longer than the load when its key is %s meanwhile', async (_, change) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = a.getOrSet('k', () => promise);
    await eventually('a loads', async () => (await caches.clients[0]!.exists(LOCK)) === 1);
    const second = b.getOrSet('k', () => 'loaded by b');
    await eventually('b waits', () => b.stats().namespaces[0]!.redis!.lockWaits === 1);
    await change();
    const started = performance.now();
    resolve('loaded by a');
    expect(await first).toBe('loaded by a');
    expect(['loaded by a', 'loaded by b', 'set']).toContain(await second);
    // Without a wake-up it would be the lease, 5 s.
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('is released again when the first release did not arrive', async () => {
    // A long lease, so that what is seen is neither its end nor the end of b's patience.
    const lease = { lockLeaseMs: 600_000, lockTimeoutMs: 600_000 };
    const [holder, waiting] = [await caches.open(lease), await caches.open(lease)];
    const { port } = coreOf(holder).redis!;
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = holder.getOrSet('k', () => promise);
    await eventually('the holder loads', async () => (await caches.clients[0]!.exists(LOCK)) === 1);
    const second = waiting.getOrSet('k', () => 'loaded by another');
    await eventually('another waits', () => waiting.stats().namespaces[0]!.redis!.lockWaits === 1);
    // The connection is lost when the load ends: neither the value nor the release is sent.
    const lost = jest.spyOn(port.client, 'callBuffer').mockRejectedValue(new Error('Connection is closed.'));
    resolve('loaded');
    expect(await first).toBe('loaded');
    lost.mockRestore();
    expect(await second).toBe('loaded by another');
  });

  it('that was granted in an answer which came too late is released', async () => {
    const holder = await caches.open({ lockLeaseMs: 600_000, redisTimeoutMs: 300 });
    const { port } = coreOf(holder).redis!;
    const original = port.client.callBuffer.bind(port.client);
    const spy = jest.spyOn(port.client, 'callBuffer').mockImplementation((async (...args: [string]) => {
      const answer = await original(...args);
      // The answer to the request for the lock is delayed by the network.
      if (args.flat().includes(LOCK)) await new Promise((passed) => setTimeout(passed, 400));
      return answer;
    }) as never);
    expect(await holder.getOrSet('k', () => 'loaded')).toBe('loaded');
    spy.mockRestore();
    await eventually('it is released', async () => (await caches.clients[0]!.exists(LOCK)) === 0);
  });

  describe('whose holder died', () => {
    const LEASE_MS = 600_000;
    // No holder that lives: nobody renews or releases it.
    beforeEach(() => caches.connect().set(LOCK, 'a token', 'PX', LEASE_MS));

    it('is waited for a second where nothing is known of loads', async () => {
      const cache = await caches.open({ lockLeaseMs: LEASE_MS });
      const started = performance.now();
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
      expect(performance.now() - started).toBeGreaterThan(900);
      expect(cache.stats().namespaces[0]!.redis).toMatchObject({ lockTimeouts: 1 });
      // The value is there for all others, though the lock still is as well.
      expect(await (await caches.open()).get('k')).toBe('loaded');
      expect(await caches.clients[0]!.get(LOCK)).toBe('a token');
    });

    it('is waited for ten times as long as loads take, where that is less', async () => {
      const cache = await caches.open({ lockLeaseMs: LEASE_MS, redisTimeoutMs: 50 });
      coreOf(cache).registry.getOrCreate('default').counts.loadTime.record(20);
      await cache.getOrSet('k', () => 'loaded');
      const { lockWaitTime } = cache.stats().namespaces[0]!.redis!;
      expect(lockWaitTime.maxMs).toBeGreaterThan(190);
      expect(lockWaitTime.maxMs).toBeLessThan(900);
    });

    it('is waited for lockTimeoutMs where that is given', async () => {
      const cache = await caches.open({ lockLeaseMs: LEASE_MS, lockTimeoutMs: 1_500 });
      await cache.getOrSet('k', () => 'loaded');
      expect(cache.stats().namespaces[0]!.redis!.lockWaitTime.maxMs).toBeGreaterThan(1_400);
    });
  });

  it('is not taken for hours by a foreign value in its place', async () => {
    const client = caches.connect();
    await client.set(LOCK, 'of another application', 'EX', 36_000);
    const started = performance.now();
    expect(await a.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(performance.now() - started).toBeLessThan(6_000);
  });
});

const endless = (): Promise<string> => new Promise(() => undefined);
