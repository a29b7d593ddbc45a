import * as fc from 'fast-check';
import { adopt } from '../values/cacheable-value';
import type { MemorySegment } from './memory-segment';
import { MemoryTier } from './memory-tier';

const LIFE = { expiresAt: 1e9, staleUntil: 1e9, refreshAt: 1e9 };
const LIMIT = 2_097_152;
const ENTRIES = 500;
const ACCESSES = 60_000;

/** Random numbers from 0 to 1, the same ones each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/** So many keys, n of which is asked for with a weight of 1 / (n + 1) ^ exponent. */
function zipf(keys: number, exponent: number, next: () => number): () => number {
  const sums = new Float64Array(keys);
  let sum = 0;
  for (let n = 0; n < keys; n++) sums[n] = sum += (n + 1) ** -exponent;
  return () => {
    const wanted = next() * sum;
    let [low, high] = [0, keys - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const sequence = (key: (n: number) => number): number[] => Array.from({ length: ACCESSES }, (_, n) => key(n));

/** A key is asked for again the sooner, the later it was asked for last: what LRU is best at. */
function recency(): number[] {
  const next = random(9);
  const stack: number[] = [];
  let made = 0;
  return sequence(() => {
    const depth = Math.floor(-Math.log(1 - next()) * ENTRIES * 0.7);
    const key = depth < stack.length ? stack.splice(stack.length - 1 - depth, 1)[0]! : made++;
    stack.push(key);
    if (stack.length > ENTRIES * 6) stack.shift();
    return key;
  });
}

/** The most popular keys are others every 5,000 accesses. */
function movingHotSet(): number[] {
  const next = random(7);
  return sequence((n) => Math.floor(n / 5_000) * ENTRIES + Math.floor(next() ** 3 * ENTRIES * 2));
}

const put = (memory: MemorySegment, key: string, bytes = 10, now = 0): boolean =>
  memory.put(key, { ...adopt(key, true), bytes }, LIFE, [], now);

/** Hits in percent. */
function hitRatio(keys: readonly number[], memory: MemorySegment): number {
  let hits = 0;
  for (const n of keys) {
    const key = `product:${n}`;
    if (memory.hitSync(key, 0) === key) hits++;
    else put(memory, key);
  }
  return (100 * hits) / keys.length;
}

function hitRatioOfLru(keys: readonly number[]): number {
  const held = new Set<number>();
  let hits = 0;
  for (const key of keys) {
    if (held.delete(key)) hits++;
    held.add(key);
    if (held.size > ENTRIES) held.delete(held.keys().next().value!);
  }
  return (100 * hits) / keys.length;
}

const segment = (maxEntries = ENTRIES) => new MemoryTier(LIMIT, () => undefined).segment('test', maxEntries);

describe('eviction', () => {
  it.each([
    ['a loop over a little more than fits', sequence((n) => n % (ENTRIES * 1.2)), 60],
    ['popular keys among many', sequence(zipf(10_000, 0.8, random(3))), 8],
    ['few very popular keys', sequence(zipf(10_000, 1.1, random(3))), 4],
    ['keys that are asked for soon or never', recency(), -1],
    ['a hot set that moves', movingHotSet(), -1],
    ['keys without any order', sequence(zipf(ENTRIES * 2, 0, random(5))), -1],
  ])('gives %s as many hits as LRU, or more', (_, keys, points) => {
    expect(hitRatio(keys, segment())).toBeGreaterThan(hitRatioOfLru(keys) + points);
  });

  it('says which window it has learned', () => {
    const memory = segment();
    expect(memory.learning.window).toBe(1);
    hitRatio(
      sequence((n) => n % (ENTRIES * 1.2)),
      memory,
    );
    expect(memory.learning.window).toBeLessThan(0.1);
    hitRatio(recency(), memory);
    expect(memory.learning.window).toBeGreaterThan(0.1);
    memory.clear();
    expect(memory.bytes).toBe(0);
  });

  it('does not let large values that nobody asks for again push out the small ones', () => {
    const next = random(5);
    const product = zipf(20_000, 0.9, random(3));
    const ratio = (largeShare: number): number => {
      const memory = new MemoryTier(4 * 1_048_576, () => undefined).segment('test', Number.POSITIVE_INFINITY);
      let [asked, hits] = [0, 0];
      for (let n = 0; n < 2 * ACCESSES; n++) {
        if (next() < largeShare) {
          put(memory, `large:${n}`, 100_000);
          continue;
        }
        const key = `product:${product()}`;
        asked++;
        if (memory.hitSync(key, 0) === key) hits++;
        else put(memory, key, 520);
      }
      return (100 * hits) / asked;
    };
    const without = ratio(0);
    expect(without).toBeGreaterThan(75);
    expect(ratio(0.01)).toBeGreaterThan(without - 5);
  });

  it('lets a namespace whose keys are asked for once push out little of another', () => {
    const product = zipf(10_000, 0.9, random(3));
    const keys = sequence(product);
    const ratio = (scanned: boolean): number => {
      const tier = new MemoryTier(2 * 1_048_576, () => undefined);
      const [products, reports] = [tier.segment('products', ENTRIES * 1_000), tier.segment('reports', ENTRIES * 1_000)];
      let hits = 0;
      for (const [now, n] of keys.entries()) {
        const key = `product:${n}`;
        if (products.hitSync(key, now) === key) hits++;
        else put(products, key, 300, now);
        if (scanned && now % 4 === 0) put(reports, `report:${now}`, 300, now);
      }
      return (100 * hits) / keys.length;
    };
    expect(ratio(true)).toBeGreaterThan(ratio(false) - 4);
  });

  it('takes the memory of a namespace that is used no more', () => {
    const tier = new MemoryTier(LIMIT, () => undefined);
    const [old, young] = [tier.segment('old', 1e6), tier.segment('young', 1e6)];
    const product = zipf(3_000, 0.8, random(3));
    for (const memory of [old, young]) {
      for (let n = 0; n < ACCESSES; n++) {
        const key = `product:${product()}`;
        const now = memory === old ? n : ACCESSES + n;
        if (memory.hitSync(key, now) === undefined) put(memory, key, 1_000, now);
      }
    }
    expect(young.table.size).toBeGreaterThan(1_000);
    expect(old.table.size).toBeLessThan(50);
  });

  it('keeps the place of an entry that is stored anew', () => {
    const memory = segment(100);
    const passing = (from: number) => {
      for (let n = from; n < from + 100; n++) put(memory, `passing:${n}`);
    };
    for (let round = 0; round < 50; round++) {
      put(memory, 'hot'); // as when its time to live is over each time
      passing(round * 100);
      expect(round < 2 || memory.hitSync('hot', 0) === 'hot').toBe(true);
    }
  });

  it('evicts few entries in the order of their last use', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat({ max: 12 }), { maxLength: 100 }), (most, keys) => {
        const memory = segment(most);
        const model = new Set<string>();
        for (const n of keys) {
          const key = `product:${n}`;
          expect(memory.hitSync(key, 0) === key).toBe(model.delete(key));
          put(memory, key);
          model.add(key);
          if (model.size > most) model.delete(model.keys().next().value!);
        }
        expect(memory.table.size).toBe(model.size);
      }),
    );
  });

  const key = fc.nat({ max: 300 });
  const act = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({ kind: fc.constant('put'), key, bytes: fc.integer({ min: 1, max: 30_000 }), at: fc.nat() }),
    },
    { weight: 20, arbitrary: fc.record({ kind: fc.constant('get'), key, at: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), key, at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('tag'), key, at: fc.nat() }) },
  );

  it('never holds more bytes or entries than it may, whatever is stored, used and removed', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 400, maxLength: 1_500, size: 'max' }), (acts) => {
        const tier = new MemoryTier(1_048_576, () => undefined);
        const segments = [Number.POSITIVE_INFINITY, 60, 5].map((limit, n) => tier.segment(`n${n}`, limit));
        let wrong = false;
        for (const [now, { kind, key: n, at, bytes = 0 }] of (acts as ActFields[]).entries()) {
          const memory = segments[at % segments.length]!;
          const name = `product:${n}`;
          if (kind === 'put') {
            const tags = n % 3 === 0 ? [`tag:${n % 30}`] : [];
            memory.put(name, { ...adopt(name, true), bytes }, LIFE, tags, now);
          } else if (kind === 'get') wrong ||= ![name, undefined].includes(memory.hitSync(name, now) as string);
          else if (kind === 'delete') memory.delete(name, 'invalidated');
          else if (kind === 'tag') Array.from(memory.deleteByTag(`tag:${n % 30}`) ?? []);
          wrong ||= tier.bytes > tier.limitBytes || tier.bytes !== segments.reduce((sum, one) => sum + one.bytes, 0);
          wrong ||= segments.some(
            ({ table, maxEntries }) => table.size > maxEntries || table.size !== table.order.size,
          );
          if (wrong) throw new Error(`wrong after step ${now}: ${tier.bytes} bytes, ${tier.entries} entries`);
        }
        expect(tier.entries).toBeGreaterThan(20);
        for (const memory of segments) memory.clear();
        expect(tier.bytes).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});

interface ActFields {
  readonly kind: string;
  readonly key: number;
  readonly at: number;
  readonly bytes?: number;
}
