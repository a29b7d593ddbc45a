import { type ConfigurableModuleAsyncOptions, type DynamicModule, Module } from '@nestjs/common';
import { BenchmarkModule } from '../benchmark/benchmark.module';
import type { BenchmarkOptions } from '../benchmark/benchmark.module-definition';
import { giveOwnDoor } from '../http/controller-defaults';
import { AlertsController } from './alerts/alerts.controller';
import { BenchmarkController } from './benchmark/benchmark.controller';
import { CacheController } from './cache/cache.controller';
import { DashboardAssetsController } from './overview/dashboard-assets.controller';
import { MetricsImportController } from './metrics/metrics-import.controller';
import { MetricsScrapeController } from './metrics/metrics-scrape.controller';
import { MetricsController } from './metrics/metrics.controller';
import { MetricsExposition } from './metrics/metrics-exposition';
import { PerformanceController } from './overview/performance.controller';
import { type Presentation, PRESENTATION, presentationOf } from './overview/presentation';
import { PoolsController } from './pools/pools.controller';
import { PrometheusCatalogueController } from './prometheus/prometheus-catalogue.controller';
import { PrometheusStatusController } from './prometheus/prometheus-status.controller';
import { PrometheusController } from './prometheus/prometheus.controller';

export interface PerformanceOptions {
  /** Benchmarks put load on the database; by default `POST /performance/benchmark` refuses. */
  readonly benchmark?: BenchmarkOptions;
}

export interface PerformanceModuleExtras extends Partial<Presentation> {
  /**
   * Whether the routes check their arguments and describe errors themselves. Default true; false where the whole
   * application does, as after `configureDoor`.
   */
  readonly ownDoor?: boolean;
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

/** The HTTP face of the rooms: controllers and their schemas, nothing else. */
@Module({ controllers: CONTROLLERS, providers: [MetricsExposition] })
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
  { ownDoor = true, ...presented }: PerformanceModuleExtras,
  benchmark: DynamicModule,
): DynamicModule {
  if (ownDoor) giveOwnDoor(CONTROLLERS);
  const presentation = { provide: PRESENTATION, useValue: presentationOf(presented) };
  return { module: PerformanceModule, imports: [benchmark], providers: [presentation] };
}

const benchmarkOf = ({ benchmark = { enabled: false } }: PerformanceOptions): BenchmarkOptions => benchmark;
