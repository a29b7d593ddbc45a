import { EXACT_BOUNDS_MS, LatencyHistogram } from './latency-histogram';

describe('LatencyHistogram', () => {
  it('answers 0 for everything while empty', () => {
    expect(new LatencyHistogram().summary()).toEqual({ count: 0, meanMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0 });
  });

  it.each([0.5, 0.9, 0.99, 0.999])('puts quantile %d within 1.6 %% of the true value', (q) => {
    const histogram = new LatencyHistogram();
    const durations = Array.from({ length: 20_000 }, (_, i) => 0.05 * 1.0005 ** i);
    for (const duration of durations) histogram.record(duration);
    const exact = durations[Math.ceil(q * durations.length) - 1]!;
    expect(Math.abs(histogram.quantileMs(q) / exact - 1)).toBeLessThan(0.016);
  });

  it('keeps what is out of range instead of losing it', () => {
    const histogram = new LatencyHistogram();
    for (const odd of [-5, Number.NaN, 0, 1e12]) histogram.record(odd);
    expect(histogram.count).toBe(4);
    expect(histogram.maxMs).toBe(1e12);
  });

  it('counts cumulatively below bounds and adds another histogram', () => {
    const one = new LatencyHistogram();
    const two = new LatencyHistogram();
    one.record(1);
    one.record(10);
    two.record(100);
    one.merge(two);
    expect(one.cumulativeCounts([0.5, 5, 50, 500])).toEqual([0, 1, 2, 3]);
    expect(one.sumMs).toBe(111);
  });

  it('counts exactly at the bounds that are exported', () => {
    const histogram = new LatencyHistogram();
    for (const bound of EXACT_BOUNDS_MS) for (const ms of [bound, bound * 1.000_001]) histogram.record(ms);
    const other = new LatencyHistogram();
    other.merge(histogram);
    expect(other.cumulativeCounts(EXACT_BOUNDS_MS)).toEqual(EXACT_BOUNDS_MS.map((_, index) => 2 * index + 1));
  });
});
