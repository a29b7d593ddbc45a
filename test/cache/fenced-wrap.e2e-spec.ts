import type { Cache } from 'cache-manager';
import type { CacheService } from '../../src/cache/cache.service';
import { cacheManagerProviders } from '../../src/cache/manager/cache-manager-provider';
import { eventually } from '../support/eventually';
import { overOneRedis } from './redis-caches';

const managerOf = async (cache: CacheService): Promise<Cache> =>
  (await cacheManagerProviders[0]!.useFactory(cache)) as Cache;

describe('wrap of CACHE_MANAGER', () => {
  let one: Cache;
  let other: Cache;
  let loads = 0;
  overOneRedis(async (caches) => {
    loads = 0;
    [one, other] = [await managerOf(await caches.open()), await managerOf(await caches.open())];
  });

  it('loads once for all callers of all processes, and gives each a value of its own', async () => {
    const gate = Promise.withResolvers<void>();
    const load = async () => {
      loads++;
      await gate.promise;
      return { at: new Date(5), list: [1] };
    };
    const asked = [one, other, one, other].map((manager) => manager.wrap('k', load, 60_000));
    await eventually('it loads', () => loads > 0);
    gate.resolve();
    const values = await Promise.all(asked);
    expect([loads, values]).toEqual([1, asked.map(() => ({ at: new Date(5), list: [1] }))]);
    values[0]!.list.push(2); // not frozen, and nobody else's
    expect(await other.get('k')).toEqual({ at: new Date(5), list: [1] });
    expect(await other.ttl('k')).toBeGreaterThan(Date.now() + 50_000);
  });

  it('does not store what was deleted, by any process, while it was loaded', async () => {
    for (const deleting of [one, other]) {
      const gate = Promise.withResolvers<string>();
      const before = loads;
      const asked = one.wrap('k', async () => {
        loads++;
        return gate.promise;
      });
      await eventually('it loads', () => loads > before);
      await deleting.del('k');
      gate.resolve('old');
      expect(await asked).toBe('old');
      for (const manager of [one, other]) expect(await manager.get('k')).toBeUndefined();
    }
  });

  it('takes a ttl of the value, raw and a threshold, and keeps no undefined', async () => {
    const raw = await one.wrap('raw', () => 'v', { ttl: (value) => value.length * 60_000, raw: true });
    expect(raw!.value).toBe('v');
    expect(raw!.expires).toBeGreaterThan(Date.now() + 50_000);
    expect(await one.wrap('none', () => undefined)).toBeUndefined();
    expect(await one.wrap('none', () => 'now')).toBe('now');
    expect(await other.wrap('null', () => null)).toBeNull();
    expect(await one.wrap('null', () => 'never' as null | string)).toBeNull();
    const renewed = () => one.wrap('renewed', () => ++loads, 100_000, 100_000); // from the first hit on
    expect(await renewed()).toBe(1);
    await eventually('it is renewed', async () => (await renewed()) > 1);
    expect(
      await one.wrap(
        'by value',
        () => 1,
        60_000,
        () => 10,
      ),
    ).toBe(1);
    await expect(one.wrap('failed', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
