import { Logger } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { built } from '../lib/built.mjs';
import { comparison } from '../lib/rows.mjs';
import { seriesLoad } from './series-load.mjs';

const SERIES = 2_000;
const HANGING = 50;
const INTERVAL_MS = 10_000;
const START_MS = Date.UTC(2026, 0, 1);
/** Ticks until every breaker has opened. */
const WARM_UP_TICKS = 4;

const never = () => new Promise(() => {});

/** What collect functions that hang cost everybody else. */
export const collectorRows = [
  comparison({
    id: 'slow-collectors',
    title: `a tick and a scrape of ${SERIES} series beside ${HANGING} collect functions that hang, time of those without`,
    target: { atMost: 1.1 },
    async setup() {
      Logger.overrideLogger(false); // a warning per collect function
      const [base, subject] = [ticksAndScrapes(0), ticksAndScrapes(HANGING)];
      await base(WARM_UP_TICKS);
      await subject(WARM_UP_TICKS);
      return { base, subject };
    },
  }),
];

/** @returns a function that makes so many ticks, each followed by a scrape */
function ticksAndScrapes(hanging) {
  const { CompressedSeriesStore } = built('monitoring/series/compressed-series-store');
  const { SeriesSampler } = built('monitoring/sampling/series-sampler');
  const { MetricsWriter } = built('monitoring/exposition/metrics-writer');
  const { MetricsGatherer } = built('monitoring/registry/metrics-gatherer');
  const { MetricsRegistry } = built('monitoring/registry/metrics-registry');
  const { CardinalityLimit } = built('monitoring/registry/cardinality-limit');
  const { MetricsService } = built('monitoring/registry/metrics.service');
  const { ManualClock } = built('testing/manual-clock');
  const { SystemClock } = built('common/clock');
  const registry = new MetricsRegistry();
  const clock = new ManualClock(START_MS);
  const cardinality = new CardinalityLimit(SERIES);
  const gatherer = new MetricsGatherer(registry, cardinality, clock, INTERVAL_MS);
  const limits = { retentionMs: 3_600_000, maxSeriesPerKind: SERIES, memoryLimitBytes: 2 ** 28 };
  const sampler = new SeriesSampler(gatherer, new CompressedSeriesStore(limits, clock), new SystemClock());
  const writer = new MetricsWriter(gatherer, new SystemClock());
  const metrics = new MetricsService(registry, cardinality);
  for (const { name, labels, next } of seriesLoad(SERIES)) {
    metrics
      .gauge({ name, help: 'load', labelNames: ['series'] })
      .labels(labels)
      .set(next());
  }
  for (let index = 0; index < hanging; index++) {
    registry.registerMetric(new Gauge({ name: `hanging_${index}`, help: 'hangs', registers: [], collect: never }));
  }
  return async (times) => {
    for (let i = 0; i < times; i++) {
      clock.advance(INTERVAL_MS);
      await sampler.tick(clock.now());
      for await (const _ of writer.write('openmetrics'));
    }
  };
}
