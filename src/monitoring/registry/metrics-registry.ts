import { Logger } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Metric, Registry, Summary, register as globalRegistry } from 'prom-client';
import { CallbackHistogramFamily, type EmitHistogram } from './callback-histogram-family';
import { CallbackFamily, type Emit } from './callback-family';
import type { Collection } from './collection';
import { Collector } from './collector';
import { isOfPrometheus, namesOf } from './exposed-names';
import { MetricConflictError } from './metric.errors';
import type { ExposedType } from './metric-family';
import { type MetricDescription, RegisteredFamily } from './registered-family';

/**
 * The registry of this application. The project's own metrics are only in it, so two applications in one process do not
 * share them. `makeCounterProvider` and its siblings can register only with prom-client's global registry, so that one
 * is read too. No two metrics have a series of the same name.
 */
export class MetricsRegistry extends Registry {
  private readonly logger = new Logger('Metrics');
  /** The metric that each name belongs to: those of families and of all their series. */
  private readonly owners = new Map<string, Metric>();
  private readonly leftOut = new WeakSet<Metric>();

  /** Adds a metric. @throws MetricConflictError when one of its names belongs to another */
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
  gauge(description: MetricDescription, collect: (emit: Emit, collection: Collection) => void): void {
    this.add(new CallbackFamily('gauge', description, collect));
  }

  /** Adds a histogram that is kept elsewhere. */
  histogram(description: MetricDescription, bounds: readonly number[], collect: (emit: EmitHistogram) => void): void {
    this.add(new CallbackHistogramFamily(description, bounds, collect));
  }

  /** Why no metric of that type can have the name, here and in prom-client's global registry; `undefined` if it can. */
  conflictOf(type: ExposedType, name: string): string | undefined {
    const conflict = conflictAmong(this.owners, type, name);
    if (conflict !== undefined) return conflict;
    const others = new Map<string, Metric>();
    for (const metric of globalRegistry.getMetricsAsArray() as unknown as Metric[]) claim(others, metric);
    return conflictAmong(others, type, name);
  }

  override registerMetric(metric: Metric): void {
    const conflict = problemAmong(this.owners, metric);
    if (conflict !== undefined) throw new MetricConflictError(nameOf(metric), conflict);
    super.registerMetric(metric);
    claim(this.owners, metric);
  }

  override removeSingleMetric(name: string): void {
    const metric = super.getSingleMetric(name);
    for (const [owned, owner] of this.owners) if (owner === metric) this.owners.delete(owned);
    super.removeSingleMetric(name);
  }

  override clear(): void {
    this.owners.clear();
    super.clear();
  }

  override getMetricsAsArray(): ReturnType<Registry['getMetricsAsArray']> {
    const own = super.getMetricsAsArray();
    const others = globalRegistry.getMetricsAsArray();
    return others.length === 0 ? own : [...own, ...this.withoutConflicts(others)];
  }

  override getSingleMetric<T extends string>(name: string): Metric<T> | undefined {
    return super.getSingleMetric<T>(name) ?? globalRegistry.getSingleMetric<T>(name);
  }

  /** Two of one name would overwrite each other in Prometheus, so that only the first is read. */
  private withoutConflicts<M extends object>(metrics: readonly M[]): M[] {
    const owners = new Map<string, Metric>();
    return metrics.filter((member) => {
      const metric = member as unknown as Metric;
      const conflict = problemAmong(this.owners, metric) ?? problemAmong(owners, metric);
      if (conflict === undefined) claim(owners, metric);
      else if (!this.leftOut.has(metric)) {
        this.leftOut.add(metric);
        this.logger.warn(
          `Metric "${nameOf(metric)}" of prom-client's global registry is left out: ${conflict}. Give it another name.`,
        );
      }
      return conflict === undefined;
    });
  }
}

function claim(owners: Map<string, Metric>, metric: Metric): void {
  for (const name of namesOf(typeOf(metric), nameOf(metric))) owners.set(name, metric);
}

/** What keeps the metric from being read beside those that own the names. */
function problemAmong(owners: ReadonlyMap<string, Metric>, metric: Metric): string | undefined {
  const { labelNames = [] } = metric as unknown as { readonly labelNames?: readonly string[] };
  const reserved = labelNames.find((label) => label.startsWith('__'));
  if (reserved !== undefined) return `its label "${reserved}" begins with "__", which Prometheus keeps for itself`;
  return conflictAmong(owners, typeOf(metric), nameOf(metric), metric);
}

function conflictAmong(
  owners: ReadonlyMap<string, Metric>,
  type: ExposedType,
  metricName: string,
  self?: Metric,
): string | undefined {
  for (const name of namesOf(type, metricName)) {
    if (isOfPrometheus(name)) return `Prometheus itself has "${name}" for every target`;
    const owner = owners.get(name);
    if (owner === undefined || owner === self) continue;
    return name === nameOf(owner)
      ? `the name "${name}" is taken by a metric that was made elsewhere`
      : `the name "${name}" belongs to the ${typeOf(owner)} "${nameOf(owner)}"`;
  }
  return undefined;
}

const nameOf = (metric: Metric): string => (metric as unknown as { readonly name: string }).name;

/** By its class: one of prom-client has no type yet while its constructor registers it. */
function typeOf(metric: Metric | RegisteredFamily): ExposedType {
  if (metric instanceof RegisteredFamily) return metric.type;
  if (metric instanceof Counter) return 'counter';
  if (metric instanceof Histogram) return 'histogram';
  if (metric instanceof Summary) return 'summary';
  if (metric instanceof Gauge) return 'gauge';
  return (metric as { readonly type?: ExposedType }).type ?? 'gauge';
}
