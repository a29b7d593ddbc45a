import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { PoolRegistry } from '../pools/pool.registry';
import { DEPENDENCIES, DependencyHealth } from './dependency.health';
import { HealthController } from './health.controller';
import { HEALTH_OPTIONS, type HealthOptions } from './health.options';
import { Lifecycle } from './lifecycle';
import { Readiness } from './readiness';

/** `/livez`, `/readyz` and `/startupz`. */
@Module({})
export class HealthModule {
  static forRoot(options: HealthOptions): DynamicModule {
    return {
      module: HealthModule,
      // A probe that says 503 is an answer, not an event for the log.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [
        Lifecycle,
        Readiness,
        DependencyHealth,
        { provide: HEALTH_OPTIONS, useValue: options },
        {
          provide: DEPENDENCIES,
          inject: [{ token: PoolRegistry, optional: true }],
          useFactory: (pools?: PoolRegistry) => () => pools?.all() ?? [],
        },
      ],
      exports: [Lifecycle],
    };
  }
}
