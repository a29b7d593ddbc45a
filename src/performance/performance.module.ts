import { type ConfigurableModuleAsyncOptions, type DynamicModule, Module } from '@nestjs/common';
import { BenchmarkModule } from '../benchmark/benchmark.module';
import type { BenchmarkOptions } from '../benchmark/benchmark.module-definition';
import { giveOwnDoor } from '../common/http/own-door';
import { AlertsController } from './alerts.controller';
import { BenchmarkController } from './benchmark.controller';
import { CacheController } from './cache.controller';
import { DashboardAssetsController } from './dashboard-assets.controller';
import { MetricsImportController } from './metrics-import.controller';
import { MetricsScrapeController } from './metrics-scrape.controller';
import { MetricsController } from './metrics.controller';
import { MetricsExposition } from './metrics.exposition';
import { PerformanceController } from './performance.controller';
import { PoolsController } from './pools.controller';
import { PrometheusCatalogueController } from './prometheus-catalogue.controller';
import { PrometheusStatusController } from './prometheus-status.controller';
import { PrometheusController } from './prometheus.controller';

export interface PerformanceOptions {
  /** Benchmarks put load on the database; by default `POST /performance/benchmark` refuses. */
  readonly benchmark?: BenchmarkOptions;
}

export interface PerformanceModuleExtras {
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
  static forRoot({ ownDoor = true, ...options }: PerformanceOptions & PerformanceModuleExtras = {}): DynamicModule {
    if (ownDoor) giveOwnDoor(CONTROLLERS);
    return { module: PerformanceModule, imports: [BenchmarkModule.forRoot(benchmarkOf(options))] };
  }

  static forRootAsync({ ownDoor = true, useFactory, ...options }: AsyncOptions): DynamicModule {
    if (ownDoor) giveOwnDoor(CONTROLLERS);
    const benchmark = BenchmarkModule.forRootAsync({
      ...options,
      useFactory: async (...injected: unknown[]) => benchmarkOf((await useFactory?.(...injected)) ?? {}),
    });
    return { module: PerformanceModule, imports: [benchmark] };
  }
}

const benchmarkOf = ({ benchmark = { enabled: false } }: PerformanceOptions): BenchmarkOptions => benchmark;
