import { BucketCounts } from '../../common/bucket-counts';
import { HistogramSamples } from './histogram-samples';
import { LabelledFamily, type NameSeries, type MetricChild } from './labelled-family';
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

  protected makeChild(name: NameSeries): Histogram {
    return new Histogram(this.buckets, new HistogramSamples(name, this.buckets));
  }
}

/** A histogram with one set of labels. */
export class Histogram implements MetricChild {
  private readonly counts: BucketCounts;

  constructor(
    bounds: readonly number[],
    private readonly view: HistogramSamples,
  ) {
    this.counts = new BucketCounts(bounds);
  }

  /** Counts one value; what is not a finite number is left out. */
  observe(value: number): void {
    if (Number.isFinite(value)) this.counts.record(value);
  }

  samples(): Iterable<Sample> {
    return this.view.of(this.counts);
  }
  reset(): void {
    this.counts.reset();
  }
}
