import { Controller, Module, type NestModule, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Registry } from 'prom-client';
import { CommonModule } from '../common/common.module';
import { alertProviders } from './alerts/alerts.providers';
import { AlertsService } from './alerts/alerts.service';
import { DecoratedMethods } from './instruments/decorators/decorated.methods';
import { instruments } from './instruments/instruments';
import { JobRuns } from './instruments/jobs/job.runs';
import { MetricsReader } from './instruments/metrics.reader';
import { MetricsRegistry } from './instruments/metrics.registry';
import { MonitoringHealth } from './instruments/monitoring.health';
import { SeriesCap } from './instruments/series-cap';
import { SystemSampler } from './instruments/system/system.sampler';
import { systemSources } from './instruments/system/system.sources';
import { MetricRecorder } from './metric.recorder';
import { MetricsService } from './metrics.service';
import {
  ConfigurableMonitoringModule,
  MONITORING_OPTIONS,
  monitoringOptionsProvider,
  type MonitoringOptions,
} from './monitoring.module-definition';
import { PromqlEngine } from './promql/promql.engine';
import { RuleSource } from './promql/rule.source';
import { promqlProviders } from './promql/promql.providers';
import { SeriesCatalogue } from './promql/series.catalogue';
import { SeriesImporter } from './series/import/series.importer';
import { SeriesSampler } from './series/sampler/series.sampler';
import { TickScheduler } from './series/sampler/tick.scheduler';
import { seriesProviders } from './series/series.providers';
import { SeriesStore } from './series/series-store';

/** The library insists on a controller; our routes are in the performance module. */
@Controller()
class NoRoutes {}

/** Everything that measures, keeps, queries and watches; the HTTP face of it is in `performance`. */
@Module({
  imports: [
    CommonModule,
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
    MetricsService,
    MetricRecorder,
    JobRuns,
    SystemSampler,
    ...systemSources,
    ...instruments,
    ...seriesProviders,
    ...promqlProviders,
    ...alertProviders,
  ],
  exports: [
    AlertsService,
    RuleSource,
    SeriesStore,
    SeriesSampler,
    SeriesImporter,
    PromqlEngine,
    SeriesCatalogue,
    TickScheduler,
    MetricsRegistry,
    Registry,
    MetricsReader,
    MetricsService,
    MetricRecorder,
    JobRuns,
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
