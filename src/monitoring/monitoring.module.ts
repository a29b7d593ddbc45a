import { Controller, Module, type NestModule, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Registry } from 'prom-client';
import { Clock } from '../common/clock';
import { CommonModule } from '../common/common.module';
import { JobsModule } from '../jobs/jobs.module';
import { DecoratedMethods } from './collectors/methods/decorated-methods';
import { collectorProviders } from './collectors/collectors-providers';
import { MetricsWriter } from './exposition/metrics-writer';
import { MetricsGatherer } from './registry/metrics-gatherer';
import { MetricsRegistry } from './registry/metrics-registry';
import { MonitoringHealth } from './sampling/monitoring-health';
import { CardinalityLimit } from './registry/cardinality-limit';
import { SystemSampler } from './collectors/system/system-sampler';
import { systemSources } from './collectors/system/system-sources';
import { PushedMetrics } from './registry/pushed-metrics';
import { inSecondsOf } from './registry/duration-buckets';
import { DEFAULT_BUCKETS, MetricsService } from './registry/metrics.service';
import {
  ConfigurableMonitoringModule,
  MONITORING_OPTIONS,
  monitoringOptionsProviders,
  type MonitoringOptions,
} from './monitoring.module-definition';
import { PromqlEngine } from './promql/promql-engine';
import { promqlProviders } from './promql/promql-providers';
import { SeriesCatalogue } from './promql/series-catalogue';
import { StoredHistories } from './promql/stored-histories';
import { RemoteWriteReceiver } from './remote-write/remote-write-receiver';
import { RemoteWriter } from './remote-write/remote-writer';
import { ExemplarStore } from './series/exemplar-store';
import { SeriesImporter } from './series/import/series-importer';
import { SeriesSampler } from './sampling/series-sampler';
import { samplingProviders } from './sampling/sampling-providers';
import { SamplingJob } from './sampling/sampling-job';
import { seriesProviders } from './series/series-providers';
import { SeriesStore } from './series/series-store';

/** The library insists on a controller; our routes are in the performance module. */
@Controller()
class NoRoutes {}

/** Everything that measures, keeps and queries; the HTTP face of it is in `performance`. */
@Module({
  imports: [
    CommonModule,
    JobsModule,
    DiscoveryModule,
    // For the options that makeCounterProvider and its siblings look for; its default metrics would double ours.
    PrometheusModule.register({ global: true, defaultMetrics: { enabled: false }, controller: NoRoutes }),
  ],
  providers: [
    ...monitoringOptionsProviders,
    MetricsRegistry,
    { provide: Registry, useExisting: MetricsRegistry },
    {
      provide: CardinalityLimit,
      inject: [MONITORING_OPTIONS],
      useFactory: (options: MonitoringOptions) =>
        new CardinalityLimit(options.maxSeriesPerKind, options.maxSeriesPerMetric),
    },
    {
      provide: MetricsGatherer,
      inject: [MetricsRegistry, CardinalityLimit, Clock, MONITORING_OPTIONS],
      useFactory: (registry: MetricsRegistry, cap: CardinalityLimit, clock: Clock, options: MonitoringOptions) =>
        new MetricsGatherer(registry, cap, clock, options.sampleIntervalMs),
    },
    {
      provide: DEFAULT_BUCKETS,
      inject: [MONITORING_OPTIONS],
      useFactory: (options: MonitoringOptions) => inSecondsOf(options.durationBucketsMs),
    },
    MetricsWriter,
    MetricsService,
    PushedMetrics,
    SystemSampler,
    ...systemSources,
    ...collectorProviders,
    RemoteWriter,
    RemoteWriteReceiver,
    ...samplingProviders,
    ...seriesProviders,
    ...promqlProviders,
  ],
  exports: [
    MONITORING_OPTIONS,
    SeriesStore,
    ExemplarStore,
    SeriesSampler,
    SeriesImporter,
    PromqlEngine,
    SeriesCatalogue,
    StoredHistories,
    RemoteWriteReceiver,
    SamplingJob,
    MetricsRegistry,
    Registry,
    MetricsGatherer,
    MetricsWriter,
    MetricsService,
    PushedMetrics,
    MonitoringHealth,
    SystemSampler,
  ],
})
export class MonitoringModule extends ConfigurableMonitoringModule implements NestModule, OnModuleInit {
  constructor(private readonly methods: DecoratedMethods) {
    super();
  }

  /** The first moment at which every provider exists and none has been asked for its methods yet. */
  configure(): void {
    this.methods.measure();
  }

  /** For an application without HTTP, where nothing is configured. */
  onModuleInit(): void {
    this.methods.measure();
  }
}
