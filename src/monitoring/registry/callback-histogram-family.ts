import type { Collection } from './collection';
import { LabelSets } from './label-sets';
import { HistogramSamples, type HistogramReading } from './histogram-samples';
import { type MetricDescription, RegisteredFamily } from './registered-family';
import type { Sample } from './metric-family';
import { sampleSeries } from './sample-series';

export type EmitHistogram = (reading: HistogramReading, ...labelValues: string[]) => void;

/** A histogram whose counts are kept elsewhere: each collection calls back for them. The labels must come from a closed set. */
export class CallbackHistogramFamily extends RegisteredFamily {
  readonly kind = 'histogram';
  readonly type = 'histogram';
  private readonly histograms = new LabelSets<HistogramSamples>((values) => this.samplesFor(values));
  private current: readonly Sample[] = [];

  constructor(
    description: MetricDescription,
    private readonly bounds: readonly number[],
    private readonly callback: (emit: EmitHistogram, collection: Collection) => void,
  ) {
    super(description);
  }

  override collect(collection: Collection): void {
    const samples: Sample[] = [];
    this.histograms.begin();
    this.callback((reading, ...labelValues) => {
      this.histograms.find(labelValues)?.append(reading, samples);
    }, collection);
    this.histograms.end();
    this.current = samples;
  }

  samples(): Iterable<Sample> {
    return this.current;
  }

  /** Does nothing: the counts belong to the source. */
  reset(): void {}

  private samplesFor(labelValues: readonly string[]): HistogramSamples {
    return new HistogramSamples(
      (suffix = '', extra) => sampleSeries(this.name + suffix, this.labelNames, labelValues, extra),
      this.bounds,
    );
  }
}
