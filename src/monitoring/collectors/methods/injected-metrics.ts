import { Inject, Optional } from '@nestjs/common';
import { MetricsService } from '../../registry/metrics.service';

const METRICS = Symbol('metrics of @Timed() and @Counted()');

interface WithMetrics {
  [METRICS]?: MetricsService | null;
}

/** Makes Nest inject the metrics into instances of the class, in any scope, where the application has them. */
export function injectMetrics(target: object): void {
  if (Object.hasOwn(target, METRICS)) return;
  Inject(MetricsService)(target, METRICS);
  Optional()(target, METRICS);
  // Marks the class, so that instances that Nest did not construct can be given the metrics.
  Object.defineProperty(target, METRICS, { value: undefined, writable: true });
}

/** Gives the metrics to an instance with decorated methods that has none, such as that of a factory. */
export function giveMetrics(instance: unknown, metrics: MetricsService): void {
  if (typeof instance !== 'object' || instance === null || !(METRICS in instance)) return;
  const decorated = instance as WithMetrics;
  if (decorated[METRICS] === undefined && Object.isExtensible(instance)) decorated[METRICS] = metrics;
}

/** Undefined where the application has no metrics, as in unit tests. */
export function metricsOf(instance: unknown): MetricsService | undefined {
  return (instance as WithMetrics | null | undefined)?.[METRICS] ?? undefined;
}
