import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AlertingModule } from './alerting/alerting.module';
import { NOTIFICATION_TABLES } from './alerting/notifications/state/notification-tables';
import { RULES_TABLES } from './alerting/rules/rules-tables';
import { BENCHMARK_TABLES } from './benchmark/benchmark-tables';
import { CacheModule } from './cache/cache.module';
import { CommonModule } from './common/common.module';
import { nameVariables } from './common/settings/option-names';
import type { AppConfig } from './config/app-config';
import { CopiesModule } from './copies/copies.module';
import { COPIES_TABLES } from './copies/copies-tables';
import { keptInstance } from './copies/kept-instance';
import { DatabaseModule } from './database/database.module';
import { DATABASE_SCHEMA, type DatabaseOptions } from './database/database.options';
import { HealthModule } from './health/health.module';
import { MonitoringModule } from './monitoring/monitoring.module';
import { SERIES_TABLES } from './monitoring/series/persistence/series-tables';
import { PerformanceModule } from './performance/performance.module';
import { PRESENTATION } from './performance/overview/presentation';
import { RootController } from './performance/overview/root.controller';
import { optionVariables } from './option-variables';
import { PoolsModule } from './pools/pools.module';
import { SecurityModule } from './security/security.module';

/** What the rooms keep in the database, as one. */
function tablesOf(...rooms: readonly DatabaseOptions[]): DatabaseOptions {
  return {
    entities: rooms.flatMap(({ entities = [] }) => entities),
    migrations: rooms.flatMap(({ migrations = [] }) => migrations),
  };
}

/** The composition root: the only place that joins configuration to modules. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig): DynamicModule {
    nameVariables(optionVariables(config));
    const instance = keptInstance(config.dataDir, config.instance);
    const docs = config.docsEnabled ? '/docs' : undefined;
    return {
      module: AppModule,
      controllers: [RootController],
      providers: [{ provide: PRESENTATION, useValue: { name: 'performance-gateway', docs } }],
      imports: [
        CommonModule,
        CopiesModule.forRoot(instance),
        ScheduleModule.forRoot(),
        CacheModule.forRoot(config.cache),
        PoolsModule.forRoot(config.pools),
        DatabaseModule.forRoot({
          ...tablesOf(SERIES_TABLES, COPIES_TABLES, RULES_TABLES, BENCHMARK_TABLES, NOTIFICATION_TABLES),
          schema: DATABASE_SCHEMA,
        }),
        MonitoringModule.forRoot({
          ...config.monitoring,
          instance: instance.id,
          journalDir: join(config.dataDir, 'samples', instance.id),
        }),
        AlertingModule.forRoot(config.alerting),
        PerformanceModule.forRoot({ benchmark: config.benchmark, httpDefaults: false, access: 'open', docs }),
        HealthModule.forRoot(config.health),
        SecurityModule.forRoot(config.security),
      ],
    };
  }
}
