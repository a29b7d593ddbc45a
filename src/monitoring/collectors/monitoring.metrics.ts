import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RemoteWriter } from '../remote-write/remote-writer';
import { SeriesSampler } from '../sampling/series-sampler';
import { SamplingJob } from '../sampling/sampling-job';
import { SeriesStore } from '../series/series-store';
import { LATENCY_BUCKETS_SECONDS, latencyReading } from '../registry/latency-reading';
import { METRIC_KINDS } from '../registry/metric-family';
import { MetricsGatherer } from '../registry/metrics-gatherer';
import { MetricsRegistry } from '../registry/metrics-registry';
import { MonitoringHealth } from '../sampling/monitoring-health';
import { CardinalityLimit } from '../registry/cardinality-limit';
import { SystemSampler } from './system/system-sampler';

/** What measuring costs, and what it could not keep. */
@Injectable()
export class MonitoringMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly store: SeriesStore,
    private readonly sampler: SeriesSampler,
    private readonly ticks: SamplingJob,
    private readonly gatherer: MetricsGatherer,
    private readonly health: MonitoringHealth,
    private readonly cardinality: CardinalityLimit,
    private readonly system: SystemSampler,
    private readonly remote: RemoteWriter,
  ) {}

  onModuleInit(): void {
    this.storage();
    this.work();
    this.labelSets();
    this.remoteWrite();
  }

  private storage(): void {
    const store = this.registry.collector(() => this.store.stats());
    store.gauge({ name: 'monitoring_series', help: 'Series kept' }, (stats, emit) => emit(stats.series));
    store.gauge({ name: 'monitoring_samples', help: 'Samples kept' }, (stats, emit) => emit(stats.samples));
    store.gauge({ name: 'monitoring_storage_bytes', help: 'What the samples occupy', unit: 'bytes' }, (stats, emit) =>
      emit(stats.bytes),
    );
    store.counter({ name: 'monitoring_samples_appended_total', help: 'Samples kept so far' }, (stats, emit) =>
      emit(stats.appended),
    );
    store.counter(
      { name: 'monitoring_samples_dropped_total', help: 'Samples not kept, by reason', labelNames: ['reason'] },
      (stats, emit) => {
        for (const [reason, count] of Object.entries(stats.dropped)) emit(count, reason);
      },
    );
    store.counter(
      {
        name: 'monitoring_evictions_total',
        help: 'Times that the oldest hour was given up early because memory was used up',
      },
      (stats, emit) => emit(stats.evictedHours),
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
    registry.counter(
      { name: 'monitoring_scrape_readers_cut_total', help: 'Readers of all metrics that were cut off: they stalled' },
      (emit) => emit(health.readersCut),
    );
    registry.counter({ name: 'monitoring_ticks_missed_total', help: 'Ticks left out' }, (emit) =>
      emit(this.ticks.missedTicks),
    );
    registry.counter(
      {
        name: 'monitoring_clock_steps_total',
        help: "How often the system's clock was set by a second or more",
        labelNames: ['direction'],
      },
      (emit) => {
        for (const [direction, steps] of Object.entries(sampler.clockSteps)) emit(steps, direction);
      },
    );
    registry.counter(
      { name: 'monitoring_collect_failures_total', help: 'Metrics left out because they could not be collected' },
      (emit) => emit(this.gatherer.collectFailures),
    );
    this.collectors();
    registry.gauge(
      { name: 'monitoring_system_sample_seconds', help: 'How long the last look at the machine took', unit: 'seconds' },
      (emit) => emit(this.system.latest && this.system.latest.tookMs / 1_000),
    );
  }

  private collectors(): void {
    this.registry.counter(
      {
        name: 'monitoring_collector_absent_total',
        help: 'Intervals in which a metric was left out, by its name and why',
        labelNames: ['collector', 'reason'],
      },
      (emit) => {
        for (const [name, failures] of this.gatherer.failuresByName) emit(failures, name, 'failed');
        for (const { family, absences } of this.gatherer.guards()) {
          if (!family.isCollector) continue;
          for (const [reason, absent] of absences) emit(absent, family.name, reason);
        }
      },
    );
    this.registry.gauge(
      {
        name: 'monitoring_collector_duration_seconds',
        help: 'How long the last call of a collect function of the application took',
        unit: 'seconds',
        labelNames: ['collector'],
      },
      (emit) => {
        for (const { family, lastSeconds } of this.gatherer.guards()) {
          if (family.isCollector) emit(lastSeconds, family.name);
        }
      },
    );
  }

  private remoteWrite(): void {
    const { registry, remote } = this;
    if (!remote.isConfigured) return;
    registry.counter(
      { name: 'monitoring_remote_write_samples_total', help: 'Samples sent or dropped', labelNames: ['result'] },
      (emit) => {
        emit(remote.counts.sent, 'sent');
        emit(remote.counts.dropped, 'dropped');
      },
    );
    registry.counter(
      { name: 'monitoring_remote_write_failures_total', help: 'Requests that are tried again' },
      (emit) => emit(remote.counts.failures),
    );
    registry.gauge(
      { name: 'monitoring_remote_write_lag_seconds', help: 'How far what was sent is behind', unit: 'seconds' },
      (emit) => emit(remote.lagMs / 1_000),
    );
  }

  private labelSets(): void {
    const labelNames = ['kind'];
    this.registry.gauge(
      { name: 'monitoring_label_sets', help: 'Label sets of metrics made by the application', labelNames },
      (emit) => {
        for (const kind of METRIC_KINDS) emit(this.cardinality.takenBy(kind), kind);
      },
    );
    this.registry.gauge(
      { name: 'monitoring_label_sets_max', help: 'Label sets each kind of metric may have', labelNames },
      (emit) => {
        for (const kind of METRIC_KINDS) emit(this.cardinality.maxPerKind, kind);
      },
    );
    this.registry.counter(
      { name: 'monitoring_overflowed_total', help: 'Uses of label sets above the limit', labelNames },
      (emit) => {
        for (const kind of METRIC_KINDS) emit(this.cardinality.refusedOf(kind), kind);
      },
    );
  }
}
