import { Injectable } from '@nestjs/common';
import { JobRuns } from '../../../jobs/job-runs';
import { MetricsService } from '../../registry/metrics.service';
import { giveMetrics } from './injected-metrics';
import { declarationsOf } from './measured-method';
import { MethodExplorer } from './method-explorer';

/** What `@Cron`, `@Interval` and `@Timeout` of @nestjs/schedule leave on a method. */
const SCHEDULED = 'SCHEDULER_TYPE';
const SCHEDULER_NAME = 'SCHEDULER_NAME';

/**
 * Declares the metrics of the methods that carry `@Timed()` or `@Counted()`, and measures those that are scheduled. It
 * must have run before @nestjs/schedule looks for its jobs.
 */
@Injectable()
export class DecoratedMethods {
  private done = false;

  constructor(
    private readonly explorer: MethodExplorer,
    private readonly metrics: MetricsService,
    private readonly jobs: JobRuns,
  ) {}

  /** Safe to call twice. */
  measure(): void {
    if (this.done) return;
    this.done = true;
    for (const instance of this.explorer.instances()) giveMetrics(instance, this.metrics);
    for (const { method, type } of this.explorer.methods()) {
      for (const declare of declarationsOf(method)) declare(this.metrics, type);
    }
    this.measureScheduled();
  }

  private measureScheduled(): void {
    const { jobs } = this;
    this.explorer.replace(SCHEDULED, (method, { className, methodName }) => {
      const name = (Reflect.getMetadata(SCHEDULER_NAME, method) as string | undefined) ?? `${className}.${methodName}`;
      jobs.register(name);
      return function scheduled(this: unknown, ...args: unknown[]): unknown {
        return jobs.run(name, () => method.apply(this, args));
      };
    });
  }
}
