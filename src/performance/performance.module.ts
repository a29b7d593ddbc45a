import { Module } from '@nestjs/common';
import { BenchmarkController } from './benchmark.controller';
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

/** The HTTP face of the rooms: controllers and their schemas, nothing else. */
@Module({
  controllers: [
    PerformanceController,
    DashboardAssetsController,
    PoolsController,
    BenchmarkController,
    MetricsController,
    MetricsImportController,
    MetricsScrapeController,
    PrometheusController,
    PrometheusCatalogueController,
    PrometheusStatusController,
  ],
  providers: [MetricsExposition],
})
export class PerformanceModule {}
