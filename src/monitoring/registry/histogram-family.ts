import { BucketCounts } from '../../common/bucket-counts';
import { HistogramSamples } from './histogram-samples';
import { LabelledFamily, type NameSeries } from './labelled-family';
import { MetricChild } from './metric-child';
import type { MetricDescription } from './registered-family';
import type { Sample } from './metric-family';
import type { CardinalityLimit } from './cardinality-limit';

export interface HistogramDescription<L extends string = string> extends MetricDescription<L> {
  /** Upper bounds of the buckets, ascending; `+Inf` is added. */
  readonly buckets: readonly number[];
}

/** Counts values per bucket. */
export class HistogramFamily<L extends string = string> extends LabelledFamily<L, Histogram> {
  readonly kind = 'histogram';
  readonly type = 'histogram';
  readonly buckets: readonly number[];

  constructor(description: HistogramDescription<L>, cardinality: CardinalityLimit) {
    super(description, cardinality);
    this.buckets = description.buckets;
  }

  /** Counts one value of the histogram without labels. */
  observe(value: number): void {
    this.labels({}).observe(value);
  }

  protected makeChild(name: NameSeries, rejoin: () => MetricChild): Histogram {
    return new Histogram(this.buckets, name, rejoin);
  }
}

/** A histogram with one set of labels. */
export class Histogram extends MetricChild {
  private readonly counts: BucketCounts;
  private view: HistogramSamples;

  constructor(
    bounds: readonly number[],
    private readonly name: NameSeries,
    rejoin: () => MetricChild,
  ) {
    super(rejoin);
    this.counts = new BucketCounts(bounds);
    this.view = new HistogramSamples(name, bounds);
  }

  /** Counts one value; what is not a finite number is left out. */
  observe(value: number): void {
    if (Number.isFinite(value)) this.live().counts.record(value);
  }

  samples(): Iterable<Sample> {
    return this.view.of(this.counts);
  }
  reset(): void {
    this.counts.reset();
  }
  protected renew(): void {
    this.view = new HistogramSamples(this.name, this.counts.bounds);
  }
}
