import { CACHE_MANAGER, CacheInterceptor } from '@nestjs/cache-manager';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Cache, createCache } from 'cache-manager';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { CacheService } from '../cache.service';

@Controller('time')
@UseInterceptors(CacheInterceptor)
class TimeController {
  asked = 0;
  @Get()
  get() {
    return { asked: ++this.asked };
  }
}

async function start() {
  const module = await Test.createTestingModule({
    imports: [
      CommonModule,
      CacheModule.forRoot({
        memory: true,
        redis: false,
        ttlMs: 60_000,
        memoryLimitBytes: 1_048_576,
        prefix: 't',
        redisTimeoutMs: 100,
      }),
    ],
    controllers: [TimeController],
  }).compile();
  return { module, manager: module.get<Cache>(CACHE_MANAGER), cache: module.get(CacheService) };
}

const call = (): number => 1;
const threshold = (value: unknown): number => (value === 1 ? 59_999 : 0);

describe('CACHE_MANAGER', () => {
  it('behaves like any store of cache-manager: nothing frozen, nothing refused, its own expiry', async () => {
    const { manager, cache } = await start();
    class Point {
      constructor(readonly x: number) {}
      twice = (): number => 2 * this.x;
    }
    await manager.set('point', new Point(1));
    const point = await manager.get<{ x: number }>('point');
    point!.x = 5;
    expect(await manager.get('point')).toEqual({ x: 1 });
    await manager.mset([
      { key: 'a', value: 1 },
      { key: 'b', value: null },
    ]);
    expect(await manager.mget(['a', 'none'])).toEqual([1, undefined]);
    expect(await manager.wrap('a', async () => 2)).toBe(1);
    expect(await manager.wrap('c', async () => 3)).toBe(3);
    expect(await manager.wrap('c', async () => 4)).toBe(3);
    await manager.set('short', 1, 5);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await manager.get('short')).toBeUndefined();
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.namespace('cache-manager').has('a')).toBe(true);
    await cache.set('a', 'ours');
    expect(await manager.del('a')).toBe(true);
    await manager.clear();
    expect(await manager.get('c')).toBeUndefined();
    expect(await cache.get('a')).toBe('ours');
  });

  it('refuses no value, and gives back what it is, whatever other stores would make of it', async () => {
    const { manager } = await start();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const values = [
      { at: new Date(5), absent: undefined, ids: new Set([1]) },
      new Map([['a', 1n]]),
      Number.NaN,
      new Uint8Array([1, 2]),
      Buffer.from('ab'),
      { toJSON: 'y', $: ['d', '0'] },
      ':base64:AAAA',
    ];
    const references = [cycle, new Error('x'), /x/, () => 1];
    const plain = createCache();
    for (const value of [...values, ...references]) {
      await manager.set('k', value);
      await plain.set('k', value);
      expect(await manager.get('k')).toEqual(await plain.get('k'));
      expect(await manager.wrap('k', () => 'loaded')).toEqual(value);
      expect(await manager.mget(['k'])).toEqual([value]);
    }
    await manager.set('k', 5n);
    expect(await manager.wrap('other', () => cycle)).toBe(cycle);
    expect(await manager.ttl('other')).toEqual(expect.any(Number));
  });

  it('serves CacheInterceptor', async () => {
    const { module } = await start();
    const app = await module.createNestApplication().init();
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/time`;
    const first = await (await fetch(url)).json();
    expect(await (await fetch(url)).json()).toEqual(first);
    await app.close();
  });

  it('walks over all its entries, also those that only memory can keep, without using them', async () => {
    const { manager, cache } = await start();
    await manager.set('a', { n: 1 });
    await manager.set('over', 1, 1);
    await manager.set('function', call);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const entries: [string, unknown][] = [];
    for await (const entry of manager.stores[0]!.iterator!({})) entries.push(entry as [string, unknown]);
    expect(entries.toSorted()).toEqual([
      ['a', { n: 1 }],
      ['function', call],
    ]);
    await cache.namespace('cache-manager').clear();
    for await (const _ of manager.stores[0]!.iterator!({})) throw new Error('nothing is left');
  });

  it('wrap refreshes ahead by a threshold that is a function of the value', async () => {
    const { manager } = await start();
    let loads = 0;
    const wrap = (): Promise<number> =>
      manager.wrap(
        'k',
        () => ++loads,
        () => 60_000,
        threshold as never,
      );
    expect(await wrap()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await wrap()).toBe(1); // and it is refreshed behind it
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await wrap()).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await wrap()).toBe(2);
    expect(loads).toBe(2);
  });
});
