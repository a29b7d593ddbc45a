import { LatencyHistogram } from '../../common/latency-histogram';
import { Collection } from './collection';
import { TickQuantiles } from './tick-quantiles';

/** The quantiles that are emitted, in ms, by their label. */
function emitted(quantiles: TickQuantiles, histogram: LatencyHistogram, isTick: boolean): Record<string, number> {
  const found: Record<string, number> = {};
  quantiles.emit(
    histogram,
    (value, of, quantile) => (found[`${of} ${quantile}`] = value! * 1_000),
    new Collection(isTick),
    'a',
  );
  return found;
}

describe('TickQuantiles', () => {
  it('are within 2 % of those of what was recorded between two ticks', () => {
    const [quantiles, histogram] = [new TickQuantiles(), new LatencyHistogram()];
    for (let i = 0; i < 10_000; i++) histogram.record(5_000);
    emitted(quantiles, histogram, true);
    let seed = 7;
    const recorded = Array.from({ length: 20_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return 0.05 * Math.exp((seed / 2_147_483_647) * 9);
    });
    for (const ms of recorded) histogram.record(ms);
    const sorted = recorded.toSorted((a, b) => a - b);
    const found = emitted(quantiles, histogram, true);
    for (const quantile of [0.5, 0.9, 0.95, 0.99, 0.999]) {
      const truth = sorted[Math.ceil(quantile * sorted.length) - 1]!;
      expect(Math.abs(found[`a ${quantile}`]! / truth - 1)).toBeLessThan(0.02);
    }
  });

  it('stay those of the last tick in scrapes, and are gone when nothing was recorded', () => {
    const [quantiles, histogram] = [new TickQuantiles(), new LatencyHistogram()];
    histogram.record(1);
    expect(emitted(quantiles, histogram, false)).toEqual({});
    const ofTick = emitted(quantiles, histogram, true);
    expect(ofTick['a 0.5']).toBeCloseTo(1, 1);
    histogram.record(100);
    expect(emitted(quantiles, histogram, false)).toEqual(ofTick);
    expect(emitted(quantiles, histogram, true)['a 0.5']).toBeGreaterThan(95);
    expect(emitted(quantiles, histogram, true)).toEqual({});
    expect(emitted(quantiles, histogram, false)).toEqual({});
  });

  it('begin anew with a source that was away or began anew itself', () => {
    const [quantiles, histogram] = [new TickQuantiles(), new LatencyHistogram()];
    for (let i = 0; i < 10; i++) histogram.record(100);
    emitted(quantiles, histogram, true);
    const again = new LatencyHistogram();
    again.record(1);
    expect(emitted(quantiles, again, true)['a 0.999']).toBeCloseTo(1, 1);
  });
});
