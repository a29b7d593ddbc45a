import { type Metric, Registry, register as globalRegistry } from 'prom-client';
import { CollectedHistogram, type EmitHistogram } from './collected-histogram';
import { CollectedMetric, type Emit } from './collected-metric';
import type { MetricDescription, MetricFamily } from './metric-family';

/**
 * The registry of this application. What is ours lives in it alone, so two applications in one process do not meet;
 * what `makeCounterProvider` and its siblings make can only be in prom-client's global one, so that is read too.
 */
export class MetricsRegistry extends Registry {
  /** Adds a metric of ours; throws when the name is taken. */
  add(metric: MetricFamily): void {
    // prom-client names its four classes as the only metrics, but calls nothing besides name, get and reset.
    this.registerMetric(metric as unknown as Metric);
  }

  /** Adds a counter whose values exist elsewhere. */
  counter(description: MetricDescription, collect: (emit: Emit) => void): void {
    this.add(new CollectedMetric('counter', description, collect));
  }

  /** Adds a gauge whose values exist elsewhere. */
  gauge(description: MetricDescription, collect: (emit: Emit) => void): void {
    this.add(new CollectedMetric('gauge', description, collect));
  }

  /** Adds a histogram that is kept elsewhere. */
  histogram(description: MetricDescription, bounds: readonly number[], collect: (emit: EmitHistogram) => void): void {
    this.add(new CollectedHistogram(description, bounds, collect));
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
