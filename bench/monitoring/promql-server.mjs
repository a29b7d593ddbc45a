// The query routes as the service has them, over its own store with the series it is sent; run as a child process.
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { built } from '../lib/built.mjs';

const { Clock } = built('common/clock');
const { ManualClock } = built('testing/manual-clock');
const { configureHttp } = built('http/http-setup');
const { CompressedSeriesStore } = built('monitoring/series/compressed-series-store');
const { Labels } = built('monitoring/series/labels');
const { PromqlEngine } = built('monitoring/promql/promql-engine');
const { StoredHistories } = built('monitoring/promql/stored-histories');
const { PrometheusController } = built('performance/prometheus/prometheus.controller');

process.on('disconnect', () => process.exit());
process.once('message', async ({ series, nowMs }) => {
  const clock = new ManualClock(nowMs);
  const options = {
    retentionMs: 86_400_000,
    maxSeriesPerKind: 1e6,
    memoryLimitBytes: 2 ** 28,
  };
  const store = new CompressedSeriesStore(options, clock);
  for (const { labels, samples } of series) {
    const ref = store.open(Labels.from(labels), 'untyped');
    for (const [time, value] of samples) store.append(ref, time, value);
  }
  const engine = new PromqlEngine(store);
  class Queries {}
  Module({
    controllers: [PrometheusController],
    providers: [
      { provide: Clock, useValue: clock },
      { provide: StoredHistories, useValue: { of: async () => ({ engine }) } },
    ],
  })(Queries);
  const app = await NestFactory.create(Queries, { logger: false, abortOnError: false });
  configureHttp(app);
  await app.listen(0, '127.0.0.1');
  process.send(app.getHttpServer().address().port);
});
