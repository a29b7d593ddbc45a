import { defaultBytesTogether, limitsWithin } from './promql.options';

const MB = 1_048_576;

describe('the memory of queries', () => {
  it.each([
    [128, 64],
    [512, 64],
    [1_024, 128],
    [2_048, 256],
    [64_000, 384],
  ])('of %d MB is %d MB', (available, together) => {
    expect(defaultBytesTogether(available * MB)).toBe(together * MB);
  });

  it('is to two thirds there for one of them', () => {
    expect(limitsWithin(300)).toEqual({ maxBytes: 200, maxBytesTogether: 300 });
  });
});
