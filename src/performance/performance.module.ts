import { type ConfigurableModuleAsyncOptions, type DynamicModule, Module } from '@nestjs/common';
import { BenchmarkModule, type BenchmarkOptions } from '../benchmark';
import { withHttpDefaults } from '../http';
import { AlertsController } from './alerts/alerts.controller';
import { BenchmarkController } from './benchmark/benchmark.controller';
import { CacheController } from './cache/cache.controller';
import { DashboardAssetsController } from './overview/dashboard-assets.controller';
import { MetricsImportController } from './metrics/metrics-import.controller';
import { MetricsScrapeController } from './metrics/metrics-scrape.controller';
import { MetricsController } from './metrics/metrics.controller';
import { MetricsAnswer } from './metrics/metrics-answer';
import { PerformanceController } from './overview/performance.controller';
import { type Presentation, PRESENTATION, presentationOf } from './overview/presentation';
import { PoolsController } from './pools/pools.controller';
import { PrometheusCatalogueController } from './prometheus/prometheus-catalogue.controller';
import { PrometheusStatusController } from './prometheus/prometheus-status.controller';
import { PrometheusController } from './prometheus/prometheus.controller';
import { requiredRooms } from './required-rooms';

export interface PerformanceOptions {
  /** Benchmarks put load on the database; by default `POST /performance/benchmark` refuses. */
  readonly benchmark?: BenchmarkOptions;
}

export interface PerformanceModuleExtras extends Partial<Presentation> {
  /**
   * Whether our routes validate and answer with problem details by themselves. Default true; false where the whole
   * application does both, as after `configureHttp`.
   */
  readonly httpDefaults?: boolean;
}

type AsyncOptions = PerformanceModuleExtras &
  Pick<ConfigurableModuleAsyncOptions<PerformanceOptions>, 'imports' | 'inject' | 'useFactory'>;

const CONTROLLERS = [
  PerformanceController,
  DashboardAssetsController,
  AlertsController,
  PoolsController,
  CacheController,
  BenchmarkController,
  MetricsController,
  MetricsImportController,
  MetricsScrapeController,
  PrometheusController,
  PrometheusCatalogueController,
  PrometheusStatusController,
];

function refuseWithoutOptions(): never {
  throw new TypeError('PerformanceModule is imported without forRoot(); import PerformanceModule.forRoot()');
}

/** The routes below `/performance` and `/metrics`: controllers, their schemas and their views. */
@Module({
  // The factory is used where neither forRoot() nor forRootAsync() has set the presentation.
  providers: [requiredRooms, MetricsAnswer, { provide: PRESENTATION, useFactory: refuseWithoutOptions }],
})
export class PerformanceModule {
  static forRoot(options: PerformanceOptions & PerformanceModuleExtras = {}): DynamicModule {
    return moduleWith(options, BenchmarkModule.forRoot(benchmarkOf(options)));
  }

  static forRootAsync({ imports, inject, useFactory, ...extras }: AsyncOptions): DynamicModule {
    const benchmark = BenchmarkModule.forRootAsync({
      ...(imports && { imports }),
      ...(inject && { inject }),
      useFactory: async (...injected: unknown[]) => benchmarkOf((await useFactory?.(...injected)) ?? {}),
    });
    return moduleWith(extras, benchmark);
  }
}

function moduleWith(
  { httpDefaults = true, ...presented }: PerformanceModuleExtras,
  benchmark: DynamicModule,
): DynamicModule {
  const controllers = httpDefaults ? withHttpDefaults(CONTROLLERS) : CONTROLLERS;
  const presentation = { provide: PRESENTATION, useValue: presentationOf(presented) };
  return { module: PerformanceModule, imports: [benchmark], controllers, providers: [presentation] };
}

const benchmarkOf = ({ benchmark = { enabled: false } }: PerformanceOptions): BenchmarkOptions => benchmark;
