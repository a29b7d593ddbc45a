import { built } from '../lib/built.mjs';
import { settledBytes } from '../lib/garbage.mjs';
import { absolute } from '../lib/rows.mjs';
import { seriesLoad } from './series-load.mjs';

const SERIES = 10_000;
const QUICK_SERIES = 2_000;
const INTERVAL_MS = 10_000;
const DAY_TICKS = 8_640;
/** A tick of the sampler is measured over this many of them: a whole cycle of chunks, so that sealing is in it. */
const MEASURED_TICKS = 480;
const QUICK_TICKS = 240;
const START_MS = Date.UTC(2026, 0, 1);

/** What a day of samples takes, and what writing them costs. */
export const seriesRows = [
  absolute({
    id: 'bytes-per-sample',
    title: `heap and buffers per sample, ${SERIES} series (with --quick ${QUICK_SERIES}), 10 s × 24 h`,
    unit: 'bytes',
    target: { atMost: 2.2 },
    exact: true,
    measure: bytesPerSample,
  }),
  tickRow({
    id: 'tick-slice-p99-ms',
    title: 'longest hold of the loop by a tick, p99',
    target: { atMost: 5 },
    of: 'slices',
  }),
  tickRow({ id: 'tick-total-ms', title: 'a whole tick, p99', target: { atMost: 60 }, of: 'ticks' }),
];

/** The store with a whole day in it, less what the load generator and the labels it made take. */
function bytesPerSample({ quick }) {
  const count = quick ? QUICK_SERIES : SERIES;
  const { CompressedSeriesStore } = built('monitoring/series/compressed-series-store');
  const { Labels } = built('monitoring/series/labels');
  const { ManualClock } = built('testing/manual-clock');
  const load = [...seriesLoad(count)];
  const before = settledBytes();
  const clock = new ManualClock(START_MS);
  const store = new CompressedSeriesStore(storeOptions(), clock);
  const refs = load.map(({ name, labels, type }) => store.open(Labels.from({ __name__: name, ...labels }), type));
  for (let tick = 0; tick < DAY_TICKS; tick++) {
    clock.advance(INTERVAL_MS);
    store.beginTick(clock.now());
    for (let i = 0; i < count; i++) store.append(refs[i], clock.now(), load[i].next());
    store.enforceLimits();
  }
  const { samples, evictedHours } = store.stats();
  const bytes = settledBytes() - before;
  if (samples !== count * DAY_TICKS || evictedHours > 0) throw new Error('the store does not hold the whole day');
  return bytes / samples;
}

/** Through the sampler: a registry of 10,000 series is read and appended, in slices. */
function tickRow({ id, title, target, of }) {
  return absolute({
    id,
    title,
    unit: 'ms',
    target,
    rounds: 5,
    async setup({ quick }) {
      const context = { ...registryWithLoad(), ticks: quick ? QUICK_TICKS : MEASURED_TICKS };
      await runTicks(context); // until the compiler has settled
      return context;
    },
    async measure({ context }) {
      const { sampler } = context;
      sampler.sliceDurations.reset();
      sampler.tickDurations.reset();
      await runTicks(context);
      return (of === 'slices' ? sampler.sliceDurations : sampler.tickDurations).quantileMs(0.99);
    },
  });
}

async function runTicks({ sampler, clock, load, ticks }) {
  for (let tick = 0; tick < ticks; tick++) {
    for (const { gauge, next } of load) gauge.set(next());
    clock.advance(INTERVAL_MS);
    await sampler.tick(clock.now());
  }
}

function registryWithLoad() {
  const { CompressedSeriesStore } = built('monitoring/series/compressed-series-store');
  const { SeriesSampler } = built('monitoring/sampling/series-sampler');
  const { MetricsGatherer } = built('monitoring/registry/metrics-gatherer');
  const { MetricsRegistry } = built('monitoring/registry/metrics-registry');
  const { CardinalityLimit } = built('monitoring/registry/cardinality-limit');
  const { MetricsService } = built('monitoring/registry/metrics.service');
  const { ManualClock } = built('testing/manual-clock');
  const { SystemClock } = built('common/clock');
  const registry = new MetricsRegistry();
  const metrics = new MetricsService(registry, new CardinalityLimit(SERIES));
  const load = [...seriesLoad(SERIES)].map(({ name, labels, next }) => ({
    gauge: metrics.gauge({ name, help: 'load', labelNames: ['series'] }).labels(labels),
    next,
  }));
  const clock = new ManualClock(START_MS);
  const store = new CompressedSeriesStore(storeOptions(), clock);
  return {
    sampler: new SeriesSampler(
      new MetricsGatherer(registry, new CardinalityLimit(SERIES), clock, INTERVAL_MS),
      store,
      new SystemClock(),
    ),
    clock,
    load,
  };
}

function storeOptions() {
  return {
    retentionMs: DAY_TICKS * INTERVAL_MS,
    maxSeriesPerKind: SERIES,
    memoryLimitBytes: 256 * 1_048_576,
  };
}
