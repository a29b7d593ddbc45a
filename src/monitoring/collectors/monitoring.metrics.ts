import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SeriesSampler } from '../sampling/series-sampler';
import { SamplingJob } from '../sampling/sampling-job';
import { SeriesStore } from '../series/series-store';
import { LATENCY_BUCKETS_SECONDS, latencyReading } from '../registry/latency-reading';
import { METRIC_KINDS } from '../registry/metric-types';
import { MetricsReader } from '../registry/metrics-reader';
import { MetricsRegistry } from '../registry/metrics-registry';
import { MonitoringHealth } from '../sampling/monitoring-health';
import { SeriesCap } from '../registry/series-cap';
import { SystemSampler } from './system/system-sampler';

/** What measuring costs, and what it could not keep. */
@Injectable()
export class MonitoringMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly store: SeriesStore,
    private readonly sampler: SeriesSampler,
    private readonly ticks: SamplingJob,
    private readonly reader: MetricsReader,
    private readonly health: MonitoringHealth,
    private readonly cap: SeriesCap,
    private readonly system: SystemSampler,
  ) {}

  onModuleInit(): void {
    this.storage();
    this.work();
    this.caps();
  }

  private storage(): void {
    const { registry, store } = this;
    registry.gauge({ name: 'monitoring_series', help: 'Series kept' }, (emit) => emit(store.stats().series));
    registry.gauge({ name: 'monitoring_samples', help: 'Samples kept' }, (emit) => emit(store.stats().samples));
    registry.gauge({ name: 'monitoring_storage_bytes', help: 'What the samples occupy', unit: 'bytes' }, (emit) =>
      emit(store.stats().bytes),
    );
    registry.counter({ name: 'monitoring_samples_appended_total', help: 'Samples kept so far' }, (emit) =>
      emit(store.stats().appended),
    );
    registry.counter(
      { name: 'monitoring_samples_dropped_total', help: 'Samples not kept, by reason', labelNames: ['reason'] },
      (emit) => {
        for (const [reason, count] of Object.entries(store.stats().dropped)) emit(count, reason);
      },
    );
    registry.counter(
      {
        name: 'monitoring_evictions_total',
        help: 'Times that the oldest hour was given up early because memory was used up',
      },
      (emit) => emit(store.stats().evictedHours),
    );
  }

  private work(): void {
    const { registry, sampler, health } = this;
    const histogram = (name: string, help: string, source: Parameters<typeof latencyReading>[0]) =>
      registry.histogram({ name, help, unit: 'seconds' }, LATENCY_BUCKETS_SECONDS, (emit) =>
        emit(latencyReading(source)),
      );
    histogram('monitoring_tick_duration_seconds', 'Sampling of all series, pauses included', sampler.tickDurations);
    histogram('monitoring_tick_slice_seconds', 'How long a tick holds the event loop', sampler.sliceDurations);
    histogram(
      'monitoring_scrape_duration_seconds',
      'Writing of all metrics, transfer included',
      health.scrapeDurations,
    );
    registry.counter({ name: 'monitoring_ticks_missed_total', help: 'Ticks left out' }, (emit) =>
      emit(this.ticks.missedTicks),
    );
    registry.counter(
      { name: 'monitoring_collect_failures_total', help: 'Metrics left out because their collector failed' },
      (emit) => emit(this.reader.collectFailures),
    );
    registry.gauge(
      { name: 'monitoring_system_sample_seconds', help: 'How long the last look at the machine took', unit: 'seconds' },
      (emit) => emit(this.system.latest && this.system.latest.tookMs / 1_000),
    );
  }

  private caps(): void {
    const labelNames = ['kind'];
    this.registry.gauge(
      { name: 'monitoring_label_sets', help: 'Label sets of metrics made by the application', labelNames },
      (emit) => {
        for (const kind of METRIC_KINDS) emit(this.cap.takenBy(kind), kind);
      },
    );
    this.registry.gauge(
      { name: 'monitoring_label_sets_max', help: 'Label sets each kind of metric may have', labelNames },
      (emit) => {
        for (const kind of METRIC_KINDS) emit(this.cap.maxPerKind, kind);
      },
    );
    this.registry.counter(
      { name: 'monitoring_overflowed_total', help: 'Uses of label sets above the cap', labelNames },
      (emit) => {
        for (const kind of METRIC_KINDS) emit(this.cap.refusedOf(kind), kind);
      },
    );
  }
}
