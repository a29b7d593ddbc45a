import { Module } from '@nestjs/common';
import { MetricsImportController } from './metrics-import.controller';
import { MetricsScrapeController } from './metrics-scrape.controller';
import { MetricsController } from './metrics.controller';
import { MetricsExposition } from './metrics.exposition';
import { PoolsController } from './pools.controller';

/** The HTTP face of the rooms: controllers and their schemas, nothing else. */
@Module({
  controllers: [MetricsController, MetricsImportController, MetricsScrapeController, PoolsController],
  providers: [MetricsExposition],
})
export class PerformanceModule {}
