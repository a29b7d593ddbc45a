import { Inject, Injectable, Optional } from '@nestjs/common';
import { CounterFamily } from './counter-family';
import { DURATION_BUCKETS_SECONDS } from './duration-buckets';
import { exposedName } from './exposed-names';
import { GaugeFamily } from './gauge-family';
import { HistogramFamily } from './histogram-family';
import { checkDescription } from './metric-description-rules';
import type { MetricDescription } from './registered-family';
import type { ExposedType, MetricKind } from './metric-family';
import { MetricConflictError, MetricUnknownError } from './metric.errors';
import { MetricsRegistry } from './metrics-registry';
import { CardinalityLimit } from './cardinality-limit';
import { TimerFamily } from './timer-family';

/** The bucket bounds (s) of histograms and timers that give none. */
export const DEFAULT_BUCKETS = Symbol('DEFAULT_BUCKETS');

export interface BucketedDescription<L extends string = string> extends MetricDescription<L> {
  /** Upper bounds of the buckets, ascending; by default those of request durations, 0.1 ms to 60 s (`durationBucketsMs`). */
  readonly buckets?: readonly number[] | undefined;
}

/** A metric made by MetricsService. */
export type UserMetric = CounterFamily | GaugeFamily | HistogramFamily | TimerFamily;

/**
 * Makes metrics. A second call with the same name returns the same metric, so a provider that is made anew goes on
 * counting.
 * Making throws on a mistake in the declaration; recording never throws.
 */
@Injectable()
export class MetricsService {
  private readonly metrics = new Map<string, UserMetric>();
  /** The name under which each was declared: that of a counter may lack the `_total` of its series. */
  private readonly declared = new WeakMap<UserMetric, string>();

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly cardinality: CardinalityLimit,
    @Optional() @Inject(DEFAULT_BUCKETS) private readonly defaultBuckets = DURATION_BUCKETS_SECONDS,
  ) {}

  /** A number that only grows. @throws MetricInvalidError, MetricConflictError, as do its siblings */
  counter<const L extends string = never>(description: MetricDescription<L>): CounterFamily<L> {
    return this.getOrMake('counter', description, () => new CounterFamily(description, this.cardinality));
  }

  /** A number that goes up and down. */
  gauge<const L extends string = never>(description: MetricDescription<L>): GaugeFamily<L> {
    return this.getOrMake('gauge', description, () => new GaugeFamily(description, this.cardinality));
  }

  /** Values counted in buckets. */
  histogram<const L extends string = never>(description: BucketedDescription<L>): HistogramFamily<L> {
    const { buckets = this.defaultBuckets } = description;
    return this.getOrMake(
      'histogram',
      description,
      () => new HistogramFamily({ ...description, buckets }, this.cardinality),
    );
  }

  /** A histogram of seconds that also measures. */
  timer<const L extends string = never>(description: BucketedDescription<L>): TimerFamily<L> {
    const { buckets = this.defaultBuckets } = description;
    return this.getOrMake(
      'timer',
      { unit: 'seconds', ...description },
      () => new TimerFamily({ unit: 'seconds', ...description, buckets }, this.cardinality),
    );
  }

  /** The metric of that name. @throws MetricUnknownError when it was not made here */
  get(name: string): UserMetric {
    const metric = this.find(name);
    if (metric === undefined) throw new MetricUnknownError(name);
    return metric;
  }

  /** Whether a metric of that name was made here. */
  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /**
   * Ends the metric of that name with all its series, and makes the name free; what is recorded into it afterwards is
   * lost. @throws MetricUnknownError when it was not made here
   */
  remove(name: string): void {
    const metric = this.get(name);
    metric.clear();
    this.registry.removeSingleMetric(metric.name);
    this.metrics.delete(metric.name);
  }

  /** How many metrics of a kind, and label sets of a kind, there may be. */
  get maxPerKind(): number {
    return this.cardinality.maxPerKind;
  }

  /** Whether one more metric of the kind would be seen; there may be as many as there may be label sets. */
  canAdd(kind: MetricKind): boolean {
    let made = 0;
    for (const metric of this.metrics.values()) if (metric.kind === kind) made++;
    return made < this.cardinality.maxPerKind;
  }

  private find(name: string): UserMetric | undefined {
    const metric = this.metrics.get(name);
    if (metric !== undefined) return metric;
    const counter = this.metrics.get(exposedName('counter', name));
    return counter?.kind === 'counter' ? counter : undefined;
  }

  private getOrMake<M extends UserMetric>(kind: MetricKind, description: BucketedDescription, make: () => unknown): M {
    const known = this.find(description.name);
    if (known !== undefined) return sameAs(known, kind, description, this.declared.get(known)) as M;
    checkDescription(description);
    const conflict = this.registry.conflictOf(typeOf(kind), description.name);
    if (conflict !== undefined) throw new MetricConflictError(description.name, conflict);
    const metric = make() as M;
    if (!this.canAdd(kind)) {
      // Recording must not fail for the caller: the metric works, but it is in no registry.
      this.cardinality.refuse(kind, metric.name);
      return metric;
    }
    this.registry.add(metric);
    this.metrics.set(metric.name, metric);
    this.declared.set(metric, description.name);
    // As in Prometheus's own clients, a metric without labels exists from the start, at 0.
    if (metric.labelNames.length === 0) metric.labels({});
    return metric;
  }
}

const typeOf = (kind: MetricKind): ExposedType => (kind === 'timer' ? 'histogram' : kind);

function sameAs(known: UserMetric, kind: MetricKind, description: BucketedDescription, declared?: string): UserMetric {
  if (known.kind !== kind) throw new MetricConflictError(known.name, `it is a ${known.kind}, not a ${kind}`);
  if (declared !== description.name) {
    throw new MetricConflictError(description.name, `its series would be those of "${declared}", "${known.name}"`);
  }
  const labels = description.labelNames ?? [];
  if (labels.length !== known.labelNames.length || !labels.every((name) => known.labelNames.includes(name))) {
    throw new MetricConflictError(known.name, `its labels are [${known.labelNames.join(', ')}]`);
  }
  if ('buckets' in known && description.buckets && String(description.buckets) !== String(known.buckets)) {
    throw new MetricConflictError(known.name, `its buckets are [${known.buckets.join(', ')}]`);
  }
  return known;
}
