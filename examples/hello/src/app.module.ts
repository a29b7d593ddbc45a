import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AlertingModule } from 'performance-gateway/alerting';
import { CacheModule } from 'performance-gateway/cache';
import { MonitoringModule } from 'performance-gateway/monitoring';
import { PerformanceModule } from 'performance-gateway/performance';
import { PoolsModule } from 'performance-gateway/pools';
import { ProductsController } from './products.controller';
import { ProductsService } from './products.service';

/** The rooms read no environment: what they need is given here. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    PoolsModule.forRoot({ postgres: { url: process.env.POSTGRES_URL }, redis: { url: process.env.REDIS_URL } }),
    CacheModule.forRoot({ prefix: 'hello', ttlMs: 60_000 }),
    MonitoringModule.forRootAsync({ useFactory: () => ({ sampleIntervalMs: 1_000 }) }),
    AlertingModule.forRoot({}),
    PerformanceModule.forRoot({ name: 'hello' }),
  ],
  controllers: [ProductsController],
  providers: [ProductsService],
})
export class AppModule {}
