import { type DynamicModule, Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { CommonModule } from './common/common.module';
import type { AppConfig } from './config/app-config';
import { MonitoringModule } from './monitoring/monitoring.module';
import { PerformanceModule } from './performance/performance.module';

/** The composition root: the only place that joins configuration to modules. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [CommonModule, ScheduleModule.forRoot(), MonitoringModule.forRoot(config.monitoring), PerformanceModule],
      providers: [{ provide: APP_PIPE, useFactory: () => new StandardSchemaValidationPipe() }],
    };
  }
}
