import { seededRandom } from '../seeded-random';
import { meanOf, ratioOf, ratioVerdict } from './interval';
import { fitScalability } from './scalability-law';
import { studentQuantile } from './student-t';

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const experiments = (ratio: number, rounds: number) => {
  const random = seededRandom(7);
  const time = () => Math.exp(0.05 * normal(random));
  return Array.from({ length: 400 }, () =>
    ratioOf(Array.from({ length: rounds }, () => ({ a: time(), b: ratio * time() }))),
  );
};

describe("Student's t", () => {
  // From published tables of the distribution.
  it.each([
    [0.975, 1, 12.706],
    [0.975, 5, 2.571],
    [0.975, 30, 2.042],
    [0.95, 10, 1.812],
    [0.995, 3, 5.841],
    [0.975, 1_000, 1.962],
  ])('has %d below it with %d degrees of freedom at %d', (p, df, t) =>
    expect(studentQuantile(p, df)).toBeCloseTo(t, 3),
  );
});

describe('an interval', () => {
  it('contains the true ratio in about 95 of 100 experiments, 1 included', () => {
    for (const ratio of [1, 1.05]) {
      const right = experiments(ratio, 10).filter(({ low, high }) => low <= ratio && ratio <= high).length;
      expect(right).toBeGreaterThan(366);
      expect(right).toBeLessThan(394);
    }
  });

  it('decides on five percent once there are rounds enough, and never the wrong way', () => {
    const verdicts = experiments(1.05, 40).map(ratioVerdict);
    expect(verdicts.filter((verdict) => verdict === 'B is worse').length).toBeGreaterThan(388);
    expect(verdicts).not.toContain('B is better');
  });

  it('is a point where all figures are equal', () => expect(meanOf([2, 2, 2])).toEqual({ value: 2, low: 2, high: 2 }));
});

describe('the Universal Scalability Law', () => {
  it('fits the published figures of the SPEC SDM91 benchmark', () => {
    const published = [
      [1, 64.9],
      [18, 995.9],
      [36, 1_652.4],
      [72, 1_853.2],
      [108, 1_828.9],
      [144, 1_775],
      [216, 1_702.2],
    ].map(([concurrency, perSecond]) => ({ concurrency: concurrency!, perSecond: perSecond! }));
    const fit = fitScalability(published)!;
    expect(fit.contention.value).toBeCloseTo(0.0277, 4);
    expect(fit.coherency.value).toBeCloseTo(0.000104, 6);
    expect(fit.single.value).toBeCloseTo(89.995, 2);
    expect(fit.peak!.concurrency).toBeCloseTo(96.5, 1);
    expect(fit.peak!.perSecond).toBeCloseTo(1_884, 0);
    for (const { value, low, high } of [fit.contention, fit.coherency, fit.single]) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
  });

  it('finds again what it predicted, and has no peak without coherency', () => {
    const points = [1, 2, 4, 8, 16].map((n) => ({ concurrency: n, perSecond: (50 * n) / (1 + 0.1 * (n - 1)) }));
    const fit = fitScalability(points)!;
    expect(fit.contention.value).toBeCloseTo(0.1, 6);
    expect(fit.predict(32)).toBeCloseTo((50 * 32) / 4.1, 3);
  });

  it('is not fitted to fewer than four different points', () =>
    expect(fitScalability([1, 1, 2, 3].map((n) => ({ concurrency: n, perSecond: n })))).toBeUndefined());
});
