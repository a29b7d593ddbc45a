import { Controller, Module, type NestModule, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Registry } from 'prom-client';
import { CommonModule } from '../common/common.module';
import { JobsModule } from '../jobs/jobs.module';
import { DecoratedMethods } from './collectors/methods/decorated-methods';
import { instruments } from './collectors/collectors-providers';
import { MetricsWriter } from './exposition/metrics-writer';
import { MetricsReader } from './registry/metrics-reader';
import { MetricsRegistry } from './registry/metrics-registry';
import { MonitoringHealth } from './sampling/monitoring-health';
import { SeriesCap } from './registry/series-cap';
import { SystemSampler } from './collectors/system/system-sampler';
import { systemSources } from './collectors/system/system-sources';
import { MetricRecorder } from './registry/metric-recorder';
import { MetricsService } from './registry/metrics.service';
import {
  ConfigurableMonitoringModule,
  MONITORING_OPTIONS,
  monitoringOptionsProvider,
  type MonitoringOptions,
} from './monitoring.module-definition';
import { PromqlEngine } from './promql/promql-engine';
import { promqlProviders } from './promql/promql-providers';
import { SeriesCatalogue } from './promql/series-catalogue';
import { SeriesImporter } from './series/import/series-importer';
import { SeriesSampler } from './sampling/series-sampler';
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
    monitoringOptionsProvider,
    MetricsRegistry,
    { provide: Registry, useExisting: MetricsRegistry },
    {
      provide: SeriesCap,
      inject: [MONITORING_OPTIONS],
      useFactory: (options: MonitoringOptions) => new SeriesCap(options.maxSeriesPerKind),
    },
    MetricsReader,
    MetricsWriter,
    MetricsService,
    MetricRecorder,
    SystemSampler,
    ...systemSources,
    ...instruments,
    ...seriesProviders,
    ...promqlProviders,
  ],
  exports: [
    MONITORING_OPTIONS,
    SeriesStore,
    SeriesSampler,
    SeriesImporter,
    PromqlEngine,
    SeriesCatalogue,
    SamplingJob,
    MetricsRegistry,
    Registry,
    MetricsReader,
    MetricsWriter,
    MetricsService,
    MetricRecorder,
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
