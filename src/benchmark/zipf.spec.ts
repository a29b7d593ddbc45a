import { zipfKeys } from './zipf';

const options = { keys: 10_000, s: 1.1, length: 200_000, seed: 7, stream: 0 };

/** Keys with how often they were drawn, the most frequent first. */
function popularity(keys: Int32Array): [key: number, count: number][] {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}
const mostPopular = (stream: number) => popularity(zipfKeys({ ...options, stream }))[0]![0];

describe('zipfKeys', () => {
  it('draws the most popular keys as often as the law says', () => {
    const counts = popularity(zipfKeys(options)).map(([, count]) => count);
    const harmonic = Array.from({ length: options.keys }, (_, n) => (n + 1) ** -1.1).reduce((a, b) => a + b);
    for (const rank of [1, 2, 10, 100]) {
      const expected = (options.length * rank ** -1.1) / harmonic;
      expect(Math.abs(counts[rank - 1]! / expected - 1)).toBeLessThan(0.1);
    }
  });

  it('stays within 1 and the number of keys', () => {
    const keys = zipfKeys({ ...options, keys: 3, length: 1_000 });
    expect(new Set(keys)).toEqual(new Set([1, 2, 3]));
  });

  it('repeats itself for the same seed and stream, and not for another', () => {
    const short = { ...options, length: 100 };
    expect(zipfKeys(short)).toEqual(zipfKeys(short));
    expect(zipfKeys({ ...short, stream: 1 })).not.toEqual(zipfKeys(short));
    expect(zipfKeys({ ...short, seed: 8 })).not.toEqual(zipfKeys(short));
  });

  it('keeps the popularity of keys when only the stream differs', () => {
    expect(mostPopular(1)).toBe(mostPopular(0));
  });
});
