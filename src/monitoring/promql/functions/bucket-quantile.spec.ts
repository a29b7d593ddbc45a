import { bucketQuantile } from './bucket-quantile';

const buckets = (...pairs: [number, number][]) => pairs.map(([upperBound, count]) => ({ upperBound, count }));

describe('bucketQuantile', () => {
  const usual = buckets([1, 10], [2, 30], [4, 40], [Infinity, 50]);

  it.each([
    [0, 0],
    [0.1, 0.5],
    [0.2, 1],
    [0.4, 1.5],
    [0.8, 4],
    [0.9, 4],
    [1, 4],
    [-1, -Infinity],
    [2, Infinity],
    [NaN, NaN],
  ])('at %d is %d', (q, expected) => expect(bucketQuantile(q, usual)).toBe(expected));

  it('takes buckets in any order and adds up those of one bound', () => {
    expect(bucketQuantile(0.5, buckets([Infinity, 10], [2, 4], [1, 2], [2, 6]))).toBe(1 + 3 / 8);
  });

  it('lifts counts that fall', () => {
    expect(bucketQuantile(0.5, buckets([1, 10], [2, 4], [3, 20], [Infinity, 20]))).toBe(1);
    expect(bucketQuantile(0.75, buckets([1, 10], [2, 4], [3, 20], [Infinity, 20]))).toBe(2.5);
  });

  it('does not go below a negative lowest bound', () => {
    expect(bucketQuantile(0.1, buckets([-2, 5], [1, 6], [Infinity, 6]))).toBe(-2);
  });

  it('is NaN without a bucket to +Inf, with only that, or without observations', () => {
    expect(bucketQuantile(0.5, buckets([1, 5], [2, 6]))).toBeNaN();
    expect(bucketQuantile(0.5, buckets([Infinity, 5]))).toBeNaN();
    expect(bucketQuantile(0.5, buckets([1, 0], [Infinity, 0]))).toBeNaN();
  });
});
