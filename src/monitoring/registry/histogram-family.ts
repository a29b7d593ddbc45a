import { BucketCounts } from '../../common/bucket-counts';
import { HistogramSamples } from './histogram-samples';
import { LabelledFamily, type NameSeries, type SeriesHandle } from './labelled-family';
import type { MetricDescription } from './metric-family';
import type { Sample } from './metric-types';
import type { SeriesCap } from './series-cap';

export interface HistogramDescription<L extends string = string> extends MetricDescription<L> {
  /** Upper bounds of the buckets, ascending; `+Inf` is added. */
  readonly buckets: readonly number[];
}

/** Counts values per bucket. */
export class HistogramFamily<L extends string = string> extends LabelledFamily<L, HistogramSeries> {
  readonly kind = 'histogram';
  readonly type = 'histogram';
  readonly buckets: readonly number[];

  constructor(description: HistogramDescription<L>, cap: SeriesCap) {
    super(description, cap);
    this.buckets = description.buckets;
  }

  /** Counts one value of the histogram without labels. */
  observe(value: number): void {
    this.labels({}).observe(value);
  }

  protected makeHandle(name: NameSeries): HistogramSeries {
    return new HistogramSeries(this.buckets, new HistogramSamples(name, this.buckets));
  }
}

/** A histogram with one set of labels. */
export class HistogramSeries implements SeriesHandle {
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
