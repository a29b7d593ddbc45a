import { type Metric, Registry, register as globalRegistry } from 'prom-client';
import type { MetricFamily } from './metric-family';

/**
 * The registry of this application. What is ours lives in it alone, so two applications in one process do not meet; what
 * `makeCounterProvider` and its siblings make can only be in prom-client's global one, so that is read too.
 */
export class MetricsRegistry extends Registry {
  /** Adds a metric of ours; throws when the name is taken. */
  add(metric: MetricFamily): void {
    // prom-client names its four classes as the only metrics, but calls nothing besides name, get and reset.
    this.registerMetric(metric as unknown as Metric);
  }

  override getMetricsAsArray(): ReturnType<Registry['getMetricsAsArray']> {
    const own = super.getMetricsAsArray();
    const joined = globalRegistry.getMetricsAsArray().filter((metric) => !super.getSingleMetric(metric.name));
    return joined.length === 0 ? own : [...own, ...joined];
  }

  override getSingleMetric<T extends string>(name: string): Metric<T> | undefined {
    return super.getSingleMetric<T>(name) ?? globalRegistry.getSingleMetric<T>(name);
  }
}
