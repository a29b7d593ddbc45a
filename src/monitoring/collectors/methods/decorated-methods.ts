import { Injectable } from '@nestjs/common';
import { MetricsService } from '../../registry/metrics.service';
import { JobRuns } from '../../../jobs/job-runs';
import { COUNTED, type CountedOptions } from './counted.decorator';
import { measuredMethod } from './measured-method';
import { MethodExplorer } from './method-explorer';
import { TIMED, type TimedOptions } from './timed.decorator';

/** What `@Cron`, `@Interval` and `@Timeout` of @nestjs/schedule leave on a method. */
const SCHEDULED = 'SCHEDULER_TYPE';
const SCHEDULER_NAME = 'SCHEDULER_NAME';
const labelNames = ['code_namespace', 'code_function', 'result'] as const;

/**
 * Measures the methods that carry `@Timed()` or `@Counted()`, and those that are scheduled. It must have run before
 * anything takes a reference to a method: before routes are made and before @nestjs/schedule looks for its jobs.
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
    this.measureTimed();
    this.measureCounted();
    this.measureScheduled();
  }

  private measureTimed(): void {
    this.explorer.replace<TimedOptions>(TIMED, (method, { className, methodName, options }) => {
      const { name = 'method_duration_seconds', help = 'Calls of methods', buckets } = options;
      const timer = this.metrics.timer({ name, help, labelNames, buckets });
      const series = (result: string) => timer.labels({ code_namespace: className, code_function: methodName, result });
      const children = { success: series('success'), error: series('error') };
      return measuredMethod(method, () => {
        const startedAt = performance.now();
        return (result) => children[result].observe((performance.now() - startedAt) / 1_000);
      });
    });
  }

  private measureCounted(): void {
    this.explorer.replace<CountedOptions>(COUNTED, (method, { className, methodName, options }) => {
      const { name = 'method_calls_total', help = 'Calls of methods' } = options;
      const counter = this.metrics.counter({ name, help, labelNames });
      const series = (result: string) =>
        counter.labels({ code_namespace: className, code_function: methodName, result });
      const children = { success: series('success'), error: series('error') };
      return measuredMethod(method, () => (result) => children[result].inc());
    });
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
