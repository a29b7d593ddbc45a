import { PARTS, partOf, SlotIndex } from './slot-index';

const COUNT = 60_000;
const NUMBERS = Array.from({ length: COUNT }, (_, n) => n);
const wrong = (holds: (n: number) => boolean) => NUMBERS.filter((n) => !holds(n));

/** Keys as applications make them: what differs stands at the end, in the middle, or everywhere. */
const SHAPES: readonly [string, (n: number) => string][] = [
  ['numbers at the end', (n) => `user:${n}`],
  ['numbers in the middle', (n) => `user:${n}:profile:v2`],
  ['queries', (n) => `/api/products?page=${n % 300}&size=${Math.floor(n / 300)}&sort=name`],
  ['one character', (n) => String.fromCodePoint(n)],
];

describe('SlotIndex', () => {
  it.each(SHAPES)('finds, forgets and finds again, far beyond one Map: %s', (_, keyOf) => {
    const index = new SlotIndex();
    for (let n = 0; n < COUNT; n++) index.add(keyOf(n), n);
    expect(wrong((n) => index.get(keyOf(n)) === n)).toEqual([]);
    for (let n = 0; n < COUNT; n += 2) index.remove(keyOf(n));
    expect(index.size).toBe(COUNT / 2);
    expect(wrong((n) => index.get(keyOf(n)) === (n % 2 === 0 ? undefined : n))).toEqual([]);
    for (let n = 0; n < COUNT; n += 2) index.add(keyOf(n), n + COUNT);
    expect(index.get(keyOf(0))).toBe(COUNT);
    expect(index.get(keyOf(1))).toBe(1);
    expect(index.get('never added')).toBeUndefined();
  });

  it.each(SHAPES)('spreads keys over its Maps, so that none of them is large: %s', (_, keyOf) => {
    const sizes = Array.from({ length: PARTS }, () => 0);
    for (const n of NUMBERS) sizes[partOf(keyOf(n))]!++;
    expect(Math.max(...sizes)).toBeLessThan(COUNT / 8);
  });
});
