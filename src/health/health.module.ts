import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CacheService } from '../cache/cache.service';
import { CredentialsHealth } from '../http/credentials-health';
import { MonitoringHealth } from '../monitoring/sampling/monitoring-health';
import { PoolRegistry } from '../pools/pool-registry';
import { CacheDependency } from './cache-dependency';
import { CredentialsDependency } from './credentials-dependency';
import { DEPENDENCIES, DependencyHealth } from './dependency-health';
import { HealthController } from './health.controller';
import { HEALTH_OPTIONS, type HealthModuleOptions, resolveHealthOptions } from './health.options';
import { Lifecycle } from './lifecycle';
import { MonitoringDependency } from './monitoring-dependency';
import { Readiness } from './readiness';

/** `/livez`, `/readyz` and `/startupz`. */
@Module({})
export class HealthModule {
  static forRoot(options: HealthModuleOptions = {}): DynamicModule {
    return {
      module: HealthModule,
      // A probe that says 503 is an answer, not an event for the log.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [
        Lifecycle,
        Readiness,
        DependencyHealth,
        { provide: HEALTH_OPTIONS, useValue: resolveHealthOptions(options) },
        {
          provide: DEPENDENCIES,
          inject: [
            { token: PoolRegistry, optional: true },
            { token: CacheService, optional: true },
            { token: MonitoringHealth, optional: true },
            { token: CredentialsHealth, optional: true },
          ],
          useFactory: (
            pools?: PoolRegistry,
            cache?: CacheService,
            monitoring?: MonitoringHealth,
            credentials?: CredentialsHealth,
          ) => {
            const own = [
              ...(cache === undefined ? [] : [new CacheDependency(cache)]),
              ...(monitoring === undefined ? [] : [new MonitoringDependency(monitoring)]),
              ...(credentials === undefined ? [] : [new CredentialsDependency(credentials)]),
            ];
            return () => [...(pools?.all() ?? []), ...own];
          },
        },
      ],
      exports: [Lifecycle],
    };
  }
}
