import { max, min, parseFloat64, pow, toInt64 } from './go-math';

describe('Go mathematics', () => {
  it('lets infinity win over NaN', () => {
    expect(max(NaN, Infinity)).toBe(Infinity);
    expect(min(-Infinity, NaN)).toBe(-Infinity);
    expect(max(NaN, 1)).toBeNaN();
    expect(min(1, NaN)).toBeNaN();
  });

  it('has 1 for 1 to any power, and for -1 to an infinite one', () => {
    expect([pow(1, NaN), pow(1, Infinity), pow(-1, Infinity), pow(-1, -Infinity), pow(2, 3)]).toEqual([1, 1, 1, 1, 8]);
  });

  it.each([
    ['1', 1],
    ['-1.5e3', -1_500],
    ['.5', 0.5],
    ['5.', 5],
    ['+Inf', Infinity],
    ['-infinity', -Infinity],
    ['NaN', NaN],
    ['+nan', undefined],
    ['1e999', undefined],
    ['', undefined],
    ['1_0', undefined],
    ['0x10', undefined],
    [' 1', undefined],
  ])('reads %j as %d', (text, value) => expect(parseFloat64(text)).toBe(value));

  it('makes the smallest int64 of what does not fit', () => {
    expect([toInt64(-1.9), toInt64(NaN), toInt64(Infinity), toInt64(1e19)]).toEqual([
      -1n,
      -(2n ** 63n),
      -(2n ** 63n),
      -(2n ** 63n),
    ]);
  });
});
