import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AlertingModule } from './alerting/alerting.module';
import type { AlertingModuleOptions } from './alerting/alerting.module-definition';
import { CacheModule } from './cache/cache.module';
import type { CacheModuleOptions } from './cache/cache.module-definition';
import { applicationName } from './common/application-name';
import { ModuleOptionsError } from './common/settings/settings.errors';
import { MonitoringModule } from './monitoring/monitoring.module';
import type { MonitoringModuleOptions } from './monitoring/monitoring.module-definition';
import {
  PerformanceModule,
  type PerformanceModuleExtras,
  type PerformanceOptions,
} from './performance/performance.module';
import { PoolsModule } from './pools/pools.module';
import type { GlobalPoolsModuleOptions } from './pools/pools.module-definition';

/** The options of each room, as its own module takes them. */
export interface PerformanceGatewayOptions {
  readonly pools?: GlobalPoolsModuleOptions;
  readonly cache?: CacheModuleOptions;
  readonly monitoring?: MonitoringModuleOptions;
  readonly alerting?: AlertingModuleOptions;
  readonly performance?: PerformanceOptions & PerformanceModuleExtras;
}

const ROOMS = ['pools', 'cache', 'monitoring', 'alerting', 'performance'];

/**
 * All rooms in one line: cache, pools, metrics, alerts and the routes below `/performance`, which only programs of this
 * machine may read until `performance` says otherwise. `DatabaseModule` is imported beside it by who uses TypeORM.
 */
@Module({})
export class PerformanceGatewayModule {
  /** @throws ModuleOptionsError with everything that cannot be right in the options of a room */
  static forRoot(options: PerformanceGatewayOptions = {}): DynamicModule {
    const unknown = Object.keys(options).filter((room) => !ROOMS.includes(room));
    if (unknown.length > 0) {
      const problem = `there is no option ${unknown.join(', ')}; there are ${ROOMS.join(', ')}`;
      throw new ModuleOptionsError('PerformanceGatewayModule.forRoot()', [problem]);
    }
    const { pools = {}, cache, monitoring = {}, alerting = {}, performance } = options;
    const name = applicationName();
    return {
      module: PerformanceGatewayModule,
      imports: [
        ScheduleModule.forRoot(),
        PoolsModule.forRoot(pools),
        CacheModule.forRoot(cache),
        MonitoringModule.forRoot(monitoring),
        AlertingModule.forRoot(alerting),
        PerformanceModule.forRoot({ ...(name !== undefined && { name }), ...performance }),
      ],
    };
  }
}
