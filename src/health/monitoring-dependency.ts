import type { Dependency, DependencyState } from './dependency-health';

/** What is read of monitoring. */
export interface MonitoringFigures {
  stats(): { readonly status: 'up' | 'degraded' };
}

/** Monitoring as a dependency: without its samples the service answers as before, so it is never down. */
export class MonitoringDependency implements Dependency {
  readonly name = 'monitoring';
  constructor(private readonly monitoring: MonitoringFigures) {}

  get state(): DependencyState {
    return this.monitoring.stats().status;
  }
}
