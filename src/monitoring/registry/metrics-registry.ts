import { type Metric, Registry, register as globalRegistry } from 'prom-client';
import { CallbackHistogramFamily, type EmitHistogram } from './callback-histogram-family';
import { CallbackFamily, type Emit } from './callback-family';
import { Collector } from './collector';
import type { MetricDescription, RegisteredFamily } from './registered-family';

/**
 * The registry of this application. The project's own metrics are only in it, so two applications in one process do not
 * share them. `makeCounterProvider` and its siblings can register only with prom-client's global registry, so that one
 * is read too.
 */
export class MetricsRegistry extends Registry {
  /** Adds a metric; throws when the name is taken. */
  add(family: RegisteredFamily): void {
    // prom-client's types allow only its own four classes, but it uses nothing besides name, get and reset.
    this.registerMetric(family as unknown as Metric);
  }

  /** Makes metrics of one source, which each collection reads once. */
  collector<S>(read: () => S | undefined): Collector<S> {
    return new Collector((family) => this.add(family), read);
  }

  /** Adds a counter whose values exist elsewhere. */
  counter(description: MetricDescription, collect: (emit: Emit) => void): void {
    this.add(new CallbackFamily('counter', description, collect));
  }

  /** Adds a gauge whose values exist elsewhere. */
  gauge(description: MetricDescription, collect: (emit: Emit) => void): void {
    this.add(new CallbackFamily('gauge', description, collect));
  }

  /** Adds a histogram that is kept elsewhere. */
  histogram(description: MetricDescription, bounds: readonly number[], collect: (emit: EmitHistogram) => void): void {
    this.add(new CallbackHistogramFamily(description, bounds, collect));
  }

  override getMetricsAsArray(): ReturnType<Registry['getMetricsAsArray']> {
    const own = super.getMetricsAsArray();
    const others = globalRegistry.getMetricsAsArray().filter((metric) => !super.getSingleMetric(metric.name));
    return others.length === 0 ? own : [...own, ...others];
  }

  override getSingleMetric<T extends string>(name: string): Metric<T> | undefined {
    return super.getSingleMetric<T>(name) ?? globalRegistry.getSingleMetric<T>(name);
  }
}
