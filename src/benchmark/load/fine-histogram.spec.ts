import { array, assert, double, property } from 'fast-check';
import { FineHistogram } from './fine-histogram';

const durations = array(double({ min: 0.05, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 });
const of = (values: readonly number[]) => {
  const histogram = new FineHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

it('has every quantile within 1 %', () => {
  assert(
    property(durations, double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]!;
      expect(Math.abs(of(values).quantileMs(q) - exact)).toBeLessThanOrEqual(exact * 0.01);
    }),
  );
});

it('goes through a message and is added up without losing anything', () => {
  assert(
    property(durations, durations, (some, others) => {
      const merged = FineHistogram.from(JSON.parse(JSON.stringify(of(some).toCounts())));
      merged.merge(of(others));
      const whole = of([...some, ...others]);
      expect([...merged.steps()]).toEqual([...whole.steps()]);
      expect(merged.meanMs).toBeCloseTo(whole.meanMs, 6);
      expect([merged.count, merged.maxMs]).toEqual([whole.count, whole.maxMs]);
    }),
  );
});

it('says which share is up to a duration', () => {
  const histogram = of([1, 2, 3, 4]);
  expect([0.5, 1.05, 2.05, 10].map((ms) => histogram.shareUpTo(ms))).toEqual([0, 0.25, 0.5, 1]);
  expect(new FineHistogram().shareUpTo(1)).toBe(1);
});
