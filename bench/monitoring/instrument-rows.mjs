import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { built } from '../lib/built.mjs';
import { startChild } from '../lib/child.mjs';
import { absolute } from '../lib/rows.mjs';
import { httpFastifyRow, httpRow } from './http-row.mjs';
import { MONITORING_OPTIONS } from './monitoring-options.mjs';
import { rng, seriesLoad } from './series-load.mjs';

const SERIES = 10_000;
const RECORDS = 2_000_000;
const WARM_UP_SCRAPES = 5;

/** What measuring costs the measured code. */
export const instrumentRows = [
  recordRow('histogram-record-ns', 'one duration into LatencyHistogram', () => {
    const { LatencyHistogram } = built('common/latency-histogram');
    return new LatencyHistogram();
  }),
  recordRow('bucket-record-ns', 'one duration into the buckets of a route or timer', () => {
    const { BucketCounts } = built('common/bucket-counts');
    const { DURATION_BUCKETS_SECONDS } = built('monitoring/registry/duration-buckets');
    return new BucketCounts(DURATION_BUCKETS_SECONDS.map((seconds) => seconds * 1_000));
  }),
  scrapeRow(
    'scrape-hold-ms',
    'longest hold of the loop by a scrape as OpenMetrics, gzip',
    'application/openmetrics-text',
  ),
  scrapeRow('scrape-hold-text-ms', 'longest hold of the loop by a scrape as text, gzip', 'text/plain'),
  httpRow,
  httpFastifyRow,
];

function recordRow(id, title, make) {
  return absolute({
    id,
    title,
    unit: 'ns',
    target: { atMost: 100 },
    setup: () => {
      const random = rng(7);
      const durations = Float64Array.from(
        { length: 4_096 },
        () => 0.02 - Math.log(1 - random()) * 4 + (random() < 0.02 ? 200 : 0),
      );
      return { histogram: make(), durations };
    },
    measure({ context: { histogram, durations } }) {
      const startedAt = process.hrtime.bigint();
      for (let i = 0; i < RECORDS; i++) histogram.record(durations[i & 4_095]);
      return Number(process.hrtime.bigint() - startedAt) / RECORDS;
    },
  });
}

function scrapeRow(id, title, accept) {
  return absolute({
    id,
    title,
    unit: 'ms',
    target: { atMost: 20 },
    setup: async () => {
      const app = await appWithLoad();
      // From another process, so that reading the answer does not hold this loop; started before anything is measured.
      const url = `${await app.getUrl()}/metrics`;
      const client = startChild(join(import.meta.dirname, 'scrape-client.mjs'), [url, accept]);
      const scrape = () => scraped(client);
      for (let i = 0; i < WARM_UP_SCRAPES; i++) await scrape();
      return { scrape, teardown: () => Promise.all([client.stop(), app.close()]) };
    },
    measure: ({ context: { scrape } }) => longestHoldDuring(scrape),
  });
}

/** The series of the common load in a registry: half made by MetricsService, half by prom-client itself. */
async function appWithLoad() {
  const { CommonModule } = built('common/common.module');
  const { MonitoringModule } = built('monitoring/monitoring.module');
  const { MetricsService } = built('monitoring/registry/metrics.service');
  const { MetricsRegistry } = built('monitoring/registry/metrics-registry');
  const { MetricsAnswer } = built('performance/metrics/metrics-answer');
  const { MetricsScrapeController } = built('performance/metrics/metrics-scrape.controller');
  const { Counter, Gauge } = await import('prom-client').then((module) => module.default);
  class ScrapedModule {}
  Module({
    imports: [CommonModule, ScheduleModule.forRoot(), MonitoringModule.forRoot(MONITORING_OPTIONS)],
    controllers: [MetricsScrapeController],
    providers: [MetricsAnswer],
  })(ScrapedModule);
  const app = await NestFactory.create(ScrapedModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const metrics = app.get(MetricsService);
  const registers = [app.get(MetricsRegistry)];
  const joined = new Map();
  let index = 0;
  for (const { name, labels, type, next } of seriesLoad(SERIES)) {
    const help = 'Load';
    const value = next();
    if (index++ % 2 === 0) {
      const handle = metrics[type]({ name, help, labelNames: ['series'] }).labels(labels);
      if (type === 'counter') handle.inc(value);
      else handle.set(value);
    } else {
      const own = `joined_${name}`;
      const Kind = type === 'counter' ? Counter : Gauge;
      if (!joined.has(own)) joined.set(own, new Kind({ name: own, help, labelNames: ['series'], registers }));
      joined.get(own).inc(labels, value);
    }
  }
  return app;
}

async function scraped(client) {
  const { status, characters } = await client.ask('scrape');
  if (status !== 200 || characters < SERIES * 20)
    throw new Error(`a scrape was answered ${status}, ${characters} characters`);
}

/**
 * The most CPU time (ms) the loop's thread spent between two turns of the event loop while the work went on: how long
 * it holds a loop that has a CPU to itself. Wall time would count what other processes on the machine do.
 */
async function longestHoldDuring(work) {
  let longest = 0;
  let done = false;
  let last = threadCpuMs();
  const turn = () => {
    const now = threadCpuMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  done = true;
  return longest;
}

function threadCpuMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
