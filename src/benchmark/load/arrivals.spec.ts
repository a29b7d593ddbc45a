import { type Arrivals, arrivalTimes } from './arrivals';

function first(count: number, arrivals: Arrivals): number[] {
  const times = arrivalTimes(arrivals);
  return Array.from({ length: count }, () => times.next().value);
}

it('come at equal distances, whatever the rate', () => {
  expect(first(4, { kind: 'constant', perSecond: 3, seed: 1 })[3]).toBe(1_000);
  expect(first(1_000_001, { kind: 'constant', perSecond: 7, seed: 1 }).at(-1)).toBeCloseTo(1e9 / 7, 3);
});

it('come at random as in a Poisson process: distances scatter as much as they are long, and do not depend on each other', () => {
  const times = first(100_001, { kind: 'poisson', perSecond: 1_000, seed: 1 });
  const distances = times.slice(1).map((ms, n) => ms - times[n]!);
  const mean = distances.reduce((sum, ms) => sum + ms, 0) / distances.length;
  const products = distances.slice(1).map((ms, n) => (ms - mean) * (distances[n]! - mean));
  const variance = distances.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / distances.length;
  expect(mean).toBeCloseTo(1, 1);
  expect(variance).toBeCloseTo(1, 1);
  expect(products.reduce((sum, product) => sum + product, 0) / products.length).toBeCloseTo(0, 1);
});

const poisson = (seed: number) => first(5, { kind: 'poisson', perSecond: 10, seed });

it('are the same for the same seed', () => {
  expect(poisson(1)).toEqual(poisson(1));
  expect(poisson(1)).not.toEqual(poisson(2));
});
