import { array, assert, constantFrom, integer, property } from 'fast-check';
import { SpaceSaving } from './space-saving';

const NAMES = 'abcdefghijklmnopqrst'.split('');

function exactCounts(stream: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of stream) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

describe('SpaceSaving', () => {
  it('counts exactly while there is room', () => {
    const sketch = new SpaceSaving(3);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) sketch.add(name);
    expect(sketch.top(2)).toEqual([
      { name: 'a', count: 3 },
      { name: 'b', count: 2 },
    ]);
    sketch.add('c', 10);
    expect(sketch.top(1)).toEqual([{ name: 'c', count: 11 }]);
  });

  it('keeps what is frequent, with counts that are never too low and too high by the rarest at most', () => {
    assert(
      property(array(constantFrom(...NAMES), { maxLength: 400 }), integer({ min: 1, max: 12 }), (stream, capacity) => {
        const sketch = new SpaceSaving(capacity);
        for (const name of stream) sketch.add(name);
        const kept = new Map(sketch.top(capacity).map(({ name, count }) => [name, count]));
        const exact = exactCounts(stream);
        const rarest = Math.min(...kept.values());
        expect(kept.size).toBe(Math.min(capacity, exact.size));
        expect([...kept.values()].reduce((sum, count) => sum + count, 0)).toBe(stream.length);
        for (const [name, count] of exact) {
          if (count > stream.length / capacity) expect(kept.has(name)).toBe(true);
          const estimate = kept.get(name);
          if (estimate === undefined) continue;
          expect(estimate).toBeGreaterThanOrEqual(count);
          if (exact.size > capacity) expect(estimate - count).toBeLessThanOrEqual(rarest);
          else expect(estimate).toBe(count);
        }
      }),
    );
  });

  it('finds the head of a skewed stream many times as wide as itself', () => {
    const sketch = new SpaceSaving(50);
    for (let n = 0; n < 20_000; n++) {
      sketch.add(`tail:${n}`);
      if (n % 10 === 0) for (const hot of ['x', 'y', 'z']) sketch.add(hot);
    }
    expect(sketch.top(3).map(({ name }) => name).toSorted()).toEqual(['x', 'y', 'z']); // prettier-ignore
  });

  it('halves with age what was frequent, until it is forgotten', () => {
    const sketch = new SpaceSaving(2);
    sketch.add('old', 4);
    sketch.age();
    sketch.add('new', 3);
    expect(sketch.top(2)).toEqual([
      { name: 'new', count: 3 },
      { name: 'old', count: 2 },
    ]);
    sketch.age();
    expect(sketch.top(2)).toEqual([
      { name: 'new', count: 1.5 },
      { name: 'old', count: 1 },
    ]);
    sketch.age();
    expect(sketch.top(2)).toEqual([{ name: 'new', count: 0.75 }]);
    sketch.age();
    expect(sketch.top(2)).toEqual([]);
  });
});
