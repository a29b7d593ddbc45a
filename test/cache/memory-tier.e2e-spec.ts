import { SystemClock } from '../../src/common/clock';
import { CacheService, coreOf } from '../../src/cache/cache.service';
import { runInSlices } from '../../src/common/loop-slices';
import { longestHold } from '../support/longest-hold';
import { CACHE_OPTIONS } from './redis-caches';

const gc = (globalThis as unknown as { gc: () => void }).gc;
const ENTRIES = 200_000;

const tens = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const largeText = (n: number): string => `${n}${'x'.repeat(100_000)}`.split('').join('');

function used(): number {
  for (let n = 0; n < 3; n++) gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const memoryOnly = (limitMb: number): CacheService =>
  new CacheService({ ...CACHE_OPTIONS, redis: false, memoryLimitBytes: limitMb * 1_048_576 }, new SystemClock());

/**
 * What a filled cache counts over what the heap has grown by: the median of three, since what the suites before have left
 * behind may go away during one.
 */
async function countedOverReal(limitMb: number, fill: (cache: CacheService) => Promise<void>): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < 3; round++) {
    const cache = memoryOnly(limitMb);
    const before = used();
    await fill(cache);
    const real = used() - before;
    ratios.push(cache.stats().memory.bytes / real);
  }
  return ratios.toSorted((a, b) => a - b)[1]!;
}

// Each test collects the heap several times, which is that of all suites before.
jest.setTimeout(120_000);

describe('the memory tier', () => {
  it.each([
    ['small objects', 60_000, (n: number) => ({ id: n, name: `user ${n}`, active: true })],
    ['long strings', 3_000, (n: number) => `${n}${'x'.repeat(10_000)}`.split('').join('')],
    ['wide strings', 3_000, (n: number) => `${n}${'ж'.repeat(5_000)}`.split('').join('')],
    ['buffers', 3_000, (n: number) => Buffer.alloc(10_000, n)],
    ['parts of large texts', 300, (n: number) => largeText(n).slice(10, 10_010)],
    ['objects with parts of large texts', 300, (n: number) => ({ id: n, part: largeText(n).slice(10, 10_010) })],
    [
      'texts put together',
      1_000,
      (n: number) => Array.from({ length: 1_000 }, (_, i) => `part ${n + i}`).reduce((a, b) => a + b),
    ],
    [
      'objects with ids for names',
      20_000,
      (n: number) => Object.fromEntries(tens.map((i) => [`product:${n}:${i}`, i])),
    ],
    [
      'lists of objects',
      1_000,
      (n: number) => Array.from({ length: 100 }, (_, id) => ({ id, weight: Math.random() + n })),
    ],
    ['vectors', 1_000, () => Array.from({ length: 1_536 }, () => Math.random())],
    ['maps', 3_000, (n: number) => new Map(Array.from({ length: 50 }, (_, i) => [`k${i}`, n]))],
    ['sets', 3_000, (n: number) => new Set(Array.from({ length: 50 }, (_, i) => n + i))],
  ])('counts its bytes to within 15 %% of the heap: %s', async (_, count, make) => {
    const ratio = await countedOverReal(512, async (cache) => {
      for (let n = 0; n < count; n++) await cache.set(`entry:${n}`, make(n));
      expect(cache.stats().memory.entries).toBe(count);
    });
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  });

  it.each([
    ['without tags', () => ({})],
    ['with three tags of many', (n: number) => ({ tags: ['all', `group:${n % 100}`, `kind:${n % 10}`] })],
    ['with tags of their own', (n: number) => ({ tags: [`user:${n}`, `order:${n}`] })],
    ['with time to be stale', () => ({ staleMs: 60_000 })],
  ])('counts small objects to within 15 %% of the heap after many have come and gone: %s', async (_, options) => {
    const ratio = await countedOverReal(8, async (cache) => {
      for (let n = 0; n < 120_000; n++) {
        await cache.set(`entry:${n}`, { id: n, name: `user ${n}`, active: true }, options(n));
      }
      expect(cache.stats().memory.entries).toBeLessThan(60_000);
    });
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  });

  it('leaves to Redis what would take more than a tenth of it', async () => {
    const cache = memoryOnly(1);
    await cache.set('large', 'x'.repeat(200_000));
    expect(cache.stats().namespaces[0]!.memory).toMatchObject({ entries: 0, tooLarge: 1 });
  });

  it('clears and purges 200,000 entries without holding the loop', async () => {
    const cache = memoryOnly(512);
    const fill = async (options: object): Promise<void> => {
      for (let n = 0; n < ENTRIES; n++) await cache.set(`entry:${n}`, n, options);
    };
    await fill({ tags: ['t'] });
    // One slice is 2 ms and a clear nothing but a few allocations; the rest is left for the garbage collector.
    const cleared = await longestHold(() => cache.clear());
    expect(cleared).toBeLessThan(25);
    await fill({ ttlMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    let purged = 0;
    const held = await longestHold(async () => (purged = await runInSlices(coreOf(cache).registry.purge())));
    expect(purged).toBe(ENTRIES);
    expect(held).toBeLessThan(25);
    expect(cache.stats().memory).toMatchObject({ entries: 0, bytes: 0 });
    await fill({ tags: ['t'] });
    const invalidated = await longestHold(async () => {
      const removal = cache.deleteByTag('t');
      expect(cache.getSync(`entry:${ENTRIES - 1}`)).toBeUndefined(); // at once, whatever is removed when
      expect(await removal).toBe(ENTRIES);
    });
    expect(invalidated).toBeLessThan(25);
    await fill({});
    const forgotten = await longestHold(async () => {
      const removal = cache.deleteByPrefix('entry:');
      expect(cache.getSync(`entry:${ENTRIES - 1}`)).toBeUndefined();
      expect(await removal).toBe(ENTRIES);
    });
    expect(forgotten).toBeLessThan(50);
    expect(cache.stats().memory).toMatchObject({ entries: 0, bytes: 0 });
  });
});
