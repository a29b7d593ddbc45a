import { PrometheusRequest } from './prometheus-parameters';

const selectors = (count: number, length: number) => ({ 'match[]': Array(count).fill('a'.repeat(length)) });

describe('PrometheusRequest', () => {
  it.each([
    ['time', 65, 64],
    ['start', 65, 64],
    ['end', 65, 64],
    ['step', 65, 64],
    ['timeout', 65, 64],
    ['limit', 65, 64],
    ['stats', 65, 64],
    ['state', 65, 64],
    ['type', 65, 64],
    ['metric', 257, 256],
    ['query', 65_537, 65_536],
    ['match[]', 65_537, 65_536],
  ] as const)('refuses a parameter %s of %d characters', (name, length, limit) => {
    const problem = `parameter "${name}" has ${length} characters; at most ${limit} are taken`;
    const tooLong = '1'.repeat(length);
    expect(() => new PrometheusRequest({ [name]: tooLong })).toThrow(problem);
    expect(() => new PrometheusRequest({}, { [name]: tooLong })).toThrow(problem);
    expect(() => new PrometheusRequest({ [name]: ['', tooLong] })).toThrow(problem);
    expect(() => new PrometheusRequest({ [name]: tooLong.slice(1) })).not.toThrow();
  });

  it('takes 64 selectors, together as long as a query', () => {
    expect(new PrometheusRequest(selectors(64, 1_000)).catalogue().selectors).toHaveLength(64);
    expect(() => new PrometheusRequest(selectors(65, 1))).toThrow('"match[]" comes 65 times; at most 64 are taken');
    expect(() => new PrometheusRequest(selectors(64, 1_025))).toThrow('"match[]" has 65600 characters');
  });
});
