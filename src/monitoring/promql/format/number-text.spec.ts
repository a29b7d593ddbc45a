import { formatPlain, formatSeconds, formatValue } from './number-text';

describe('numbers as Prometheus writes them', () => {
  it.each([
    [0, '0', '0'],
    [-0, '-0', '-0'],
    [1.5, '1.5', '1.5'],
    [123456789012345680000, '123456789012345680000', '123456789012345680000'],
    [1e21, '1e+21', '1000000000000000000000'],
    [-1.25e22, '-1.25e+22', '-12500000000000000000000'],
    [0.000001, '0.000001', '0.000001'],
    [1.5e-7, '1.5e-07', '0.00000015'],
    [-2e-10, '-2e-10', '-0.0000000002'],
    [1e-300, '1e-300', `0.${'0'.repeat(299)}1`],
    [NaN, 'NaN', 'NaN'],
    [Infinity, '+Inf', '+Inf'],
    [-Infinity, '-Inf', '-Inf'],
  ])('%d is %s in an answer and %s in a label', (value, answer, label) => {
    expect(formatValue(value)).toBe(answer);
    expect(formatPlain(value)).toBe(label);
  });

  it.each([
    [1_700_000_000_000, '1700000000'],
    [1_700_000_000_120, '1700000000.120'],
    [5, '0.005'],
    [-1, '-0.001'],
    [-1_500, '-1.500'],
  ])('%d ms are %s s', (milliseconds, seconds) => expect(formatSeconds(milliseconds)).toBe(seconds));
});
