import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorFunction, type HealthIndicatorResult } from '@nestjs/terminus';
import { HEALTH_OPTIONS, type HealthOptions } from './health.options';

export type DependencyState = 'up' | 'degraded' | 'down' | 'not_configured';

/** Something the service depends on, and how it is as last seen: asking does not wait for it. */
export interface Dependency {
  readonly name: string;
  readonly state: DependencyState;
  /** Why it is not up, where its owner knows. */
  readonly reason?: string | undefined;
}

/** Provider of a function that lists the dependencies as of now. */
export const DEPENDENCIES = Symbol('DEPENDENCIES');

/**
 * One indicator for each dependency. What its owner last saw is reported, nothing is asked over the network, so a probe
 * never hangs. A dependency that is down only degrades the service unless READINESS_REQUIRES names it.
 */
@Injectable()
export class DependencyHealth {
  constructor(
    private readonly service: HealthIndicatorService,
    @Inject(HEALTH_OPTIONS) private readonly options: HealthOptions,
    @Inject(DEPENDENCIES) private readonly dependencies: () => Iterable<Dependency>,
  ) {}

  /** `required`: only those that decide about readiness. */
  indicators(which: 'required' | 'all'): HealthIndicatorFunction[] {
    return Array.from(this.dependencies())
      .filter(({ name }) => which === 'all' || this.options.readinessRequires.includes(name))
      .map((dependency) => () => this.indicator(dependency));
  }

  private indicator({ name, state, reason }: Dependency): HealthIndicatorResult {
    const session = this.service.check(name);
    const required = this.options.readinessRequires.includes(name);
    const facts = { state, required, ...(reason !== undefined && { reason }) };
    if (state === 'up' || (state === 'not_configured' && !required)) return session.up(facts);
    return required && state !== 'degraded' ? session.down(facts) : session.degraded(facts);
  }
}
