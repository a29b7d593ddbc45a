import { Counter, Gauge, Histogram } from 'prom-client';
import { SystemClock } from '../../common/clock';
import { MetricsGatherer } from './metrics-gatherer';
import { MetricsRegistry } from './metrics-registry';
import { CardinalityLimit } from './cardinality-limit';

const setUp = (max: number) => {
  const registry = new MetricsRegistry();
  const cap = new CardinalityLimit(max);
  jest.spyOn(cap['logger'], 'warn').mockImplementation(() => undefined);
  const gatherer = new MetricsGatherer(registry, cap, new SystemClock(), 10_000);
  const read = async () => {
    const values: Record<string, number> = {};
    for await (const metric of gatherer.gather()) {
      for (const { series, value } of metric.samples()) values[series.name + series.labelText] = value;
    }
    return values;
  };
  return { registers: [registry], cap, read };
};

describe('metrics made with prom-client', () => {
  it('keep their series objects from one reading to the next', async () => {
    const registry = new MetricsRegistry();
    const gatherer = new MetricsGatherer(registry, new CardinalityLimit(10), new SystemClock(), 10_000);
    const gauge = new Gauge({ name: 'depth', help: 'h', labelNames: ['queue'], registers: [registry] });
    gauge.set({ queue: 'a' }, 1);
    const [metric] = gatherer.families();
    for await (const _ of gatherer.gather());
    const [before] = [...metric!.samples()];
    gauge.set({ queue: 'a' }, 2);
    for await (const _ of gatherer.gather());
    const [after] = [...metric!.samples()];
    expect(after!.series).toBe(before!.series);
    expect([before!.value, after!.value]).toEqual([1, 2]);
  });

  it('lose no count above the limit, and do not grow', async () => {
    const { registers, cap, read } = setUp(2);
    const counter = new Counter({ name: 'users_total', help: 'h', labelNames: ['id'], registers });
    for (let round = 0; round < 2; round++) {
      for (let id = 0; id < 5; id++) counter.inc({ id });
      const values = await read();
      expect(Object.keys(values)).toHaveLength(3);
      expect(values['users_total{otel_metric_overflow="true"}']).toBe(3 * (round + 1));
    }
    expect((await counter.get()).values).toHaveLength(2);
    expect(cap.refusedOf('counter')).toBe(6);
    expect(cap['logger'].warn).toHaveBeenCalledTimes(1);
  });

  it('add up the buckets of histograms above the limit', async () => {
    const { registers, read } = setUp(1);
    const histogram = new Histogram({ name: 'size', help: 'h', labelNames: ['id'], buckets: [1, 10], registers });
    for (let id = 0; id < 3; id++) histogram.observe({ id }, 5);
    await read();
    histogram.observe({ id: 7 }, 0.5);
    expect(await read()).toMatchObject({
      'size_count{id="0"}': 1,
      'size_bucket{otel_metric_overflow="true",le="1"}': 1,
      'size_bucket{otel_metric_overflow="true",le="10"}': 3,
      'size_bucket{otel_metric_overflow="true",le="+Inf"}': 3,
      'size_sum{otel_metric_overflow="true"}': 10.5,
    });
  });

  it('give their places back when they are removed', async () => {
    const { registers, cap, read } = setUp(1);
    const gauge = new Gauge({ name: 'depth', help: 'h', labelNames: ['queue'], registers });
    gauge.set({ queue: 'a' }, 1);
    await read();
    gauge.remove({ queue: 'a' });
    await read();
    gauge.set({ queue: 'b' }, 2);
    expect(await read()).toEqual({ 'depth{queue="b"}': 2 });
    expect(cap.refusedOf('gauge')).toBe(0);
  });
});
