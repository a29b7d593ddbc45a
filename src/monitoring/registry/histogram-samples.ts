import type { NameSeries } from './labelled-family';
import type { Sample, SampleSeries } from './metric-family';

/** A histogram's figures at one moment: cumulative counts per bound, count and sum. */
export interface HistogramReading {
  cumulative(): readonly number[];
  readonly count: number;
  readonly sum: number;
}

/** The series of one label set of a histogram: a bucket per bound, `+Inf`, sum and count. */
export class HistogramSamples {
  private readonly buckets: readonly SampleSeries[];
  private readonly infinite: SampleSeries;
  private readonly sum: SampleSeries;
  private readonly count: SampleSeries;

  constructor(name: NameSeries, bounds: readonly number[]) {
    this.buckets = bounds.map((bound) => name('_bucket', { le: String(bound) }));
    this.infinite = name('_bucket', { le: '+Inf' });
    this.sum = name('_sum');
    this.count = name('_count');
  }

  /** The reading as samples, all of the same moment. */
  of(reading: HistogramReading): Sample[] {
    const samples: Sample[] = [];
    this.append(reading, samples);
    return samples;
  }

  /** Adds them to those of other label sets. */
  append(reading: HistogramReading, samples: Sample[]): void {
    const { buckets } = this;
    const counts = reading.cumulative();
    for (let index = 0; index < buckets.length; index++) {
      samples.push({ series: buckets[index]!, value: counts[index]! });
    }
    samples.push(
      { series: this.infinite, value: reading.count },
      { series: this.sum, value: reading.sum },
      { series: this.count, value: reading.count },
    );
  }
}
