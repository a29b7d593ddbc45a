import { seededRandom } from './seeded-random';

/**
 * A sequence of keys from 1 to `keys` in which the n-th most popular one has a probability proportional to 1 / n^s
 * (Zipf's law, by inversion of the cumulative distribution). Which key has which rank is shuffled, so that popular rows
 * do not lie on the same page of a table. The same seed gives the same popularity; `stream` gives another sequence of
 * it.
 */
export function zipfKeys(options: {
  readonly keys: number;
  readonly s: number;
  readonly length: number;
  readonly seed: number;
  readonly stream: number;
}): Int32Array {
  const { keys, s, length, seed, stream } = options;
  const byRank = shuffled(keys, seededRandom(seed));
  const cumulative = cumulativeWeights(keys, s);
  const total = cumulative[keys - 1]!;
  const next = seededRandom(seed ^ Math.imul(stream + 1, 0x9e3779b1));
  return Int32Array.from({ length }, () => byRank[rankOf(next() * total, cumulative)]!);
}

function cumulativeWeights(keys: number, s: number): Float64Array {
  const cumulative = new Float64Array(keys);
  let sum = 0;
  for (let rank = 0; rank < keys; rank++) cumulative[rank] = sum += (rank + 1) ** -s;
  return cumulative;
}

/** The first rank whose cumulative weight is above `point`. */
function rankOf(point: number, cumulative: Float64Array): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > point) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** 1 to `count` in random order (Fisher and Yates). */
function shuffled(count: number, next: () => number): Int32Array {
  const list = Int32Array.from({ length: count }, (_, index) => index + 1);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}
