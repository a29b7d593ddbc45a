import { Logger } from '@nestjs/common';
import { ManualClock } from '../../testing/manual-clock';
import { SystemClock } from '../../common/clock';
import { MetricsGatherer } from '../registry/metrics-gatherer';
import { MetricsRegistry } from '../registry/metrics-registry';
import { CardinalityLimit } from '../registry/cardinality-limit';
import { MetricsService } from '../registry/metrics.service';
import { CompressedSeriesStore } from '../series/compressed-series-store';
import { PromqlEngine } from '../promql/promql-engine';
import { Labels } from '../series/labels';
import { isStale } from '../series/staleness';
import { SeriesSampler } from './series-sampler';
import { seriesNamed } from '../../../test/support/selected-series';

const START = 1_700_000_000_000;

function setUp(clock = new ManualClock(START), samplerClock: ManualClock | SystemClock = clock) {
  const registry = new MetricsRegistry();
  const metrics = new MetricsService(registry, new CardinalityLimit(20_000));
  const store = new CompressedSeriesStore(
    { retentionMs: 3_600_000, maxSeriesPerKind: 10, memoryLimitBytes: 100e6 },
    clock,
  );
  const gatherer = new MetricsGatherer(registry, new CardinalityLimit(10_000), clock, 10_000);
  const sampler = new SeriesSampler(gatherer, store, samplerClock);
  const tick = async () => {
    clock.advance(10_000);
    await sampler.tick(clock.now());
  };
  const named = (name: string) => seriesNamed(store, name);
  return { registry, metrics, store, sampler, clock, tick, named };
}

describe('SeriesSampler', () => {
  beforeAll(() => Logger.overrideLogger(false));
  it('writes every series of every kind of metric with the time of the tick', async () => {
    const { metrics, tick, named, store, clock } = setUp();
    const hits = metrics.counter({ name: 'hits_total', help: 'h', labelNames: ['route'] });
    metrics.histogram({ name: 'size_bytes', help: 'Sizes', unit: 'bytes', buckets: [1, 2] }).observe(1.5);
    hits.labels({ route: '/a' }).inc(2);
    await tick();
    hits.labels({ route: '/a' }).inc(3);
    await tick();
    const [hit] = named('hits_total');
    expect(hit!.labels.toObject()).toEqual({ __name__: 'hits_total', route: '/a' });
    expect([...hit!.samples.values]).toEqual([2, 5]);
    expect([...hit!.samples.timestamps]).toEqual([clock.now() - 10_000, clock.now()]);
    expect(named('size_bytes_bucket').map(({ labels }) => labels.get('le'))).toEqual(['1', '2', '+Inf']);
    expect(named('size_bytes_bucket').map(({ samples }) => samples.values[0])).toEqual([0, 1, 1]);
    expect(named('size_bytes_sum')[0]!.samples.values[0]).toBe(1.5);
    expect(store.metadata().get('size_bytes')).toEqual({ kind: 'histogram', help: 'Sizes', unit: 'bytes' });
  });

  it('begins what starts to count after the start with its zero at the tick before, so that the first counts', async () => {
    const { metrics, registry, tick, named, store, clock } = setUp();
    metrics.counter({ name: 'early_total', help: 'h' }).inc(7);
    const errors = metrics.counter({ name: 'errors_total', help: 'h', labelNames: ['route'] });
    const times = metrics.histogram({ name: 'wait', help: 'h', labelNames: ['route'], buckets: [1] });
    const depth = metrics.gauge({ name: 'depth', help: 'h', labelNames: ['route'] });
    await tick();
    errors.labels({ route: '/a' }).inc();
    times.labels({ route: '/a' }).observe(3);
    depth.labels({ route: '/a' }).set(4);
    registry.counter({ name: 'disk_total', help: 'h', fromElsewhere: true }, (emit) => emit(1e9));
    const known = store.open(Labels.from({ __name__: 'known_total' }), 'counter', 'restored')!;
    store.backfill(known, { timestamps: Float64Array.of(clock.now() - 60_000), values: Float64Array.of(50) });
    metrics.counter({ name: 'known_total', help: 'h' }).inc(2);
    await tick();
    errors.labels({ route: '/a' }).inc();
    await tick();
    const valuesOf = (name: string) => named(name).map(({ samples }) => Array.from(samples.values));
    expect(valuesOf('errors_total')).toEqual([[0, 1, 2]]);
    expect([...named('errors_total')[0]!.samples.timestamps]).toEqual(
      [20_000, 10_000, 0].map((ms) => clock.now() - ms),
    );
    expect(valuesOf('wait_bucket')).toEqual([
      [0, 0, 0],
      [0, 1, 1],
    ]);
    expect(valuesOf('wait_sum')).toEqual([[0, 3, 3]]);
    expect(valuesOf('early_total')).toEqual([[7, 7, 7]]);
    expect(valuesOf('depth')).toEqual([[4, 4]]);
    expect(valuesOf('disk_total')).toEqual([[1e9, 1e9]]);
    expect(valuesOf('known_total')).toEqual([[50, 2, 2]]);
    expect(store.stats().dropped).toMatchObject({ out_of_order: 0, too_old: 0 });
    const { value } = await new PromqlEngine(store).instant('increase(errors_total[1m]) > 0', clock.now());
    expect(value).toMatchObject({ type: 'vector', columns: [{}] });
  });

  it('ends a series that is gone with a stale mark, once, and goes on when it is back', async () => {
    const { registry, tick, named } = setUp();
    const present = new Set(['a', 'b']);
    registry.gauge({ name: 'present', help: 'h', labelNames: ['name'] }, (emit) => {
      for (const name of present) emit(1, name);
    });
    await tick();
    present.delete('b');
    await tick();
    await tick();
    present.add('b');
    await tick();
    const samplesOf = (name: string) => named('present').find(({ labels }) => labels.get('name') === name)!.samples;
    expect([...samplesOf('a').values]).toEqual([1, 1, 1, 1]);
    expect([...samplesOf('b').values]).toEqual([1, NaN, 1]);
    expect(isStale(samplesOf('b').values, 1)).toBe(true);
  });

  it('ends the series of a metric whose collector fails, and only those', async () => {
    const { registry, tick, named } = setUp();
    let broken = false;
    registry.gauge({ name: 'fragile', help: 'h' }, (emit) => {
      if (broken) throw new Error('broken');
      emit(1);
    });
    registry.gauge({ name: 'solid', help: 'h' }, (emit) => emit(1));
    await tick();
    broken = true;
    await tick();
    expect(isStale(named('fragile')[0]!.samples.values, 1)).toBe(true);
    expect([...named('solid')[0]!.samples.values]).toEqual([1, 1]);
  });

  it('lets others run while it writes many series', async () => {
    const { metrics, sampler, clock, store } = setUp(new ManualClock(START), new SystemClock());
    const gauge = metrics.gauge({ name: 'many', help: 'h', labelNames: ['i'] });
    for (let i = 0; i < 20_000; i++) gauge.labels({ i }).set(i);
    let turns = 0;
    const others = setInterval(() => turns++, 0);
    await sampler.tick(clock.now());
    clearInterval(others);
    expect(turns).toBeGreaterThan(1);
    expect(sampler.sliceDurations.count).toBeGreaterThan(3);
    expect(store.stats().samples).toBe(20_000);
  });
});
