import { Module } from '@nestjs/common';
import { MetricsScrapeController } from './metrics-scrape.controller';
import { MetricsController } from './metrics.controller';
import { MetricsExposition } from './metrics.exposition';

/** The HTTP face of the rooms: controllers and their schemas, nothing else. */
@Module({ controllers: [MetricsController, MetricsScrapeController], providers: [MetricsExposition] })
export class PerformanceModule {}
