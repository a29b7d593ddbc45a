import * as fc from 'fast-check';
import { cpuMsOf } from '../../../../test/support/cpu-time';
import { quantileOf } from './quantile';

describe('quantileOf', () => {
  it('is what sorting would give, with NaN below every number', () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(NaN, Infinity, -Infinity, 0.5));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, q) => {
          const sorted = all.toSorted((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b || 0));
          const rank = q * (all.length - 1);
          const lower = Math.floor(rank);
          const upper = Math.min(all.length - 1, lower + 1);
          const expected = sorted[lower]! * (1 - (rank - lower)) + sorted[upper]! * (rank - lower);
          expect(quantileOf(q, Float64Array.from(all))).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('has no value without values, and infinite ones outside 0 to 1', () => {
    expect(quantileOf(0.5, new Float64Array())).toBeNaN();
    expect(quantileOf(NaN, Float64Array.of(1))).toBeNaN();
    expect(quantileOf(-0.1, Float64Array.of(1))).toBe(-Infinity);
    expect(quantileOf(1.1, Float64Array.of(1))).toBe(Infinity);
  });

  it('takes linear time where all values are equal', () => {
    const values = new Float64Array(1_000_000).fill(3); // takes milliseconds; in quadratic time it would be an hour
    expect(cpuMsOf(() => quantileOf(0.99, values))).toBeLessThan(1_000);
  });
});
