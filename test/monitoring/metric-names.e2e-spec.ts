import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import { Counter, Gauge, Histogram, Summary } from 'prom-client';
import { MetricsWriter } from '../../src/monitoring/exposition/metrics-writer';
import { CardinalityLimit } from '../../src/monitoring/registry/cardinality-limit';
import { METRIC_KINDS } from '../../src/monitoring/registry/metric-family';
import { MetricsGatherer } from '../../src/monitoring/registry/metrics-gatherer';
import { MetricsRegistry } from '../../src/monitoring/registry/metrics-registry';
import { MetricsService } from '../../src/monitoring/registry/metrics.service';
import { SeriesSampler } from '../../src/monitoring/sampling/series-sampler';
import { SeriesImporter } from '../../src/monitoring/series/import/series-importer';
import { CompressedSeriesStore } from '../../src/monitoring/series/compressed-series-store';
import { ManualClock } from '../../src/testing/manual-clock';
import { eventually } from '../support/eventually';
import { PrometheusServer } from '../support/prometheus-server';

const CASES = 40;
const FORMS = ['text', 'openmetrics'] as const;
/** Not the name of a label that is generated. */
const CASE = 'generated_case';
const OF_PROMETHEUS = /^(up|scrape_\w+)$/;

const name = fc.oneof(
  fc.constantFrom('a', 'a_total', 'a_created', 'a_sum', 'a_bucket', 'a_count', 'a_total_total', '_total', 'up', 'b'),
  fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}$/),
);
const labelName = fc.oneof(
  fc.constantFrom('a', 'b', 'job', 'instance', 'le', 'quantile', '__name__', '__x', 'otel_metric_overflow'),
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,5}$/),
);
const labelValue = fc.oneof(
  fc.constantFrom('', '\ud800', '\udfff', '\0', '\n', '\\n', '"', '\\', '\r', ' ', '{}', '\u{1f600}', 'ü', 'true'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const metric = fc.record({
  name,
  kind: fc.constantFrom(...METRIC_KINDS, 'prom-counter', 'prom-gauge', 'prom-histogram', 'prom-summary'),
  help: fc.oneof(
    fc.constant('h'),
    labelValue.filter((text) => text.trim() !== ''),
  ),
  labelNames: fc.uniqueArray(labelName, { maxLength: 3 }),
  values: fc.array(fc.array(labelValue, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
});
type Generated = typeof metric extends fc.Arbitrary<infer T> ? T : never;

/** A registry with those of the metrics that it accepts. */
async function setUp(metrics: readonly Generated[]) {
  const registry = new MetricsRegistry();
  const cap = new CardinalityLimit(1_000);
  const clock = new ManualClock();
  const gatherer = new MetricsGatherer(registry, cap, clock, 10_000);
  const service = new MetricsService(registry, cap);
  const accepted = metrics.filter((generated) => {
    try {
      record(service, registry, generated);
      return true;
    } catch {
      return false; // refused where it was declared
    }
  });
  const limits = { retentionMs: 3_600_000, maxSeriesPerKind: 1_000, memoryLimitBytes: 1e8 };
  const store = new CompressedSeriesStore(limits, clock);
  await new SeriesSampler(gatherer, store, clock).tick(clock.now());
  const series = [...store.series([], -Infinity, Infinity)].map((labels) => labels.toObject());
  const writer = new MetricsWriter(gatherer, clock);
  const imported = await Promise.all(
    FORMS.map(async (form) => {
      let text = '';
      for await (const chunk of writer.write(form)) text += chunk;
      const other = new CompressedSeriesStore(limits, clock);
      await new SeriesImporter(other, clock).import(Buffer.from(text), form);
      return [...other.series([], -Infinity, Infinity)].map((labels) => labels.toObject());
    }),
  );
  return { writer, accepted, series, dropped: store.stats().dropped, imported };
}

function record(service: MetricsService, registry: MetricsRegistry, generated: Generated): void {
  const { kind, help, labelNames, values } = generated;
  const description = { name: generated.name, help, labelNames };
  const registers = [registry];
  for (const texts of values) {
    const labels = Object.fromEntries(labelNames.map((label, index) => [label, texts[index]!]));
    if (kind === 'counter') service.counter(description).labels(labels).inc();
    else if (kind === 'gauge') service.gauge(description).labels(labels).set(1);
    else if (kind === 'histogram' || kind === 'timer') service[kind](description).labels(labels).observe(1);
  }
  if (!kind.startsWith('prom-')) return;
  const classes = {
    'prom-counter': Counter,
    'prom-gauge': Gauge,
    'prom-histogram': Histogram,
    'prom-summary': Summary,
  };
  const made = new classes[kind as keyof typeof classes]({ ...description, registers } as never);
  for (const texts of values) {
    const labels = Object.fromEntries(labelNames.map((label, index) => [label, texts[index]!]));
    if (made instanceof Counter) made.inc(labels);
    else if (made instanceof Gauge) made.set(labels, 1);
    else (made as Histogram).observe(labels, 1);
  }
}

/** What Prometheus 2 keeps as a series, though it only says when another came into being. */
function isCreated({ __name__ = '' }: Record<string, string>, series: readonly Record<string, string>[]): boolean {
  const stem = __name__.replace(/_created$/, '');
  const names = new Set(series.map((labels) => labels['__name__']));
  return stem !== __name__ && (names.has(`${stem}_total`) || names.has(`${stem}_count`)) && !names.has(__name__);
}

const sorted = (series: readonly Readonly<Record<string, string>>[]) =>
  series.map((labels) => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();

describe('the names of metrics', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('are the same here, in both texts, in imports of them and in a real Prometheus, whatever is accepted', async () => {
    const generated = fc.sample(fc.array(metric, { minLength: 2, maxLength: 8 }), { numRuns: CASES, seed: 4_711 });
    const cases = await Promise.all(generated.map(setUp));
    expect(cases.reduce((sum, { accepted }) => sum + accepted.length, 0)).toBeGreaterThan(CASES);
    for (const { series, imported } of cases) {
      for (const others of imported) expect(sorted(others)).toEqual(sorted(series));
    }
    const server = createServer(async (request, response) => {
      const [, index, form] = request.url!.split('/') as [string, number, (typeof FORMS)[number]];
      response.setHeader(
        'content-type',
        form === 'text' ? 'text/plain; version=0.0.4' : 'application/openmetrics-text',
      );
      for await (const chunk of cases[index]!.writer.write(form)) response.write(chunk);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const jobs = cases.flatMap((_, index) => FORMS.map((form) => `${index}/${form}`));
    const prometheus = await PrometheusServer.scraping(
      jobs.map((job) => ({
        job_name: `job ${job}`,
        metrics_path: `/${job}`,
        honor_labels: true,
        scrape_interval: '3s',
        static_configs: [{ targets: [target], labels: { [CASE]: job } }],
      })),
    );
    const ask = async (path: string) => ((await (await fetch(prometheus.url + path)).json()) as { data: never }).data;
    try {
      await eventually(
        'everything is scraped',
        async () => {
          const { activeTargets } = (await ask('/api/v1/targets')) as {
            activeTargets: { health: string; lastError: string; scrapePool: string }[];
          };
          const failed = activeTargets.filter(({ health }) => health === 'down');
          expect(failed.map(({ scrapePool, lastError }) => ({ scrapePool, lastError }))).toEqual([]);
          return activeTargets.length === jobs.length && activeTargets.every(({ health }) => health === 'up');
        },
        { timeoutMs: 30_000 },
      );
      for (const job of jobs) {
        const match = encodeURIComponent(`{${CASE}="${job}"}`);
        const theirs: Record<string, string>[] = await ask(`/api/v1/series?match[]=${match}`);
        const { series, accepted, dropped } = cases[Number.parseInt(job)]!;
        const added = { job: `job ${job}`, instance: target, [CASE]: job };
        const scraped = theirs
          .filter((labels) => !OF_PROMETHEUS.test(labels['__name__']!) && !isCreated(labels, series))
          .map((labels) =>
            Object.fromEntries(Object.entries(labels).filter(([key, value]) => added[key as never] !== value)),
          );
        expect({ job, accepted, dropped, series: sorted(scraped) }).toEqual({
          job,
          accepted,
          dropped: { series_limit: 0, out_of_order: 0, too_old: 0, too_new: 0 },
          series: sorted(series),
        });
      }
    } finally {
      await prometheus.close();
      server.closeAllConnections();
      server.close();
    }
  }, 60_000);
});
