import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DependencyHealth } from './dependency-health';
import type { ProbeAnswer } from './health.schemas';
import { Lifecycle } from './lifecycle';

/** Whether requests should be sent here: not while starting or draining, nor without a pool that was asked for. */
@Injectable()
export class Readiness {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly health: HealthCheckService,
    private readonly dependencies: DependencyHealth,
  ) {}

  /** With `all` dependencies for a reader, or only the `required` ones, which is what a probe costs. */
  async check(which: 'required' | 'all'): Promise<Required<ProbeAnswer>> {
    const { status, checks } = await this.checkDependencies(which);
    const { state } = this.lifecycle;
    return { status: state === 'ready' ? status : state, checks };
  }

  private async checkDependencies(which: 'required' | 'all'): Promise<Required<ProbeAnswer>> {
    try {
      const { status, details } = await this.health.check(this.dependencies.indicators(which));
      return { status: status === 'ok' ? 'ok' : 'degraded', checks: details };
    } catch (error) {
      // Terminus answers "down" by throwing its report.
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as { readonly details: HealthIndicatorResult };
      return { status: 'unavailable', checks: details };
    }
  }
}
