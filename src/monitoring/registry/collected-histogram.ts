import { HistogramSamples, type HistogramReading } from './histogram-samples';
import { type MetricDescription, MetricFamily } from './metric-family';
import type { Sample } from './metric-types';
import { sampleSeries } from './sample-series';

export type EmitHistogram = (reading: HistogramReading, ...labelValues: string[]) => void;

/** A histogram whose counts are kept elsewhere and read when somebody asks; the labels must come from a closed set. */
export class CollectedHistogram extends MetricFamily {
  readonly kind = 'histogram';
  readonly type = 'histogram';
  private known = new Map<string, HistogramSamples>();
  private current: readonly Sample[] = [];

  constructor(
    description: MetricDescription,
    private readonly bounds: readonly number[],
    private readonly collect: (emit: EmitHistogram) => void,
  ) {
    super(description);
  }

  override refresh(): void {
    const seen = new Map<string, HistogramSamples>();
    const samples: Sample[] = [];
    this.collect((reading, ...labelValues) => {
      const key = labelValues.join('\n');
      if (seen.has(key)) return;
      const view = this.known.get(key) ?? this.view(labelValues);
      seen.set(key, view);
      samples.push(...view.of(reading));
    });
    this.known = seen;
    this.current = samples;
  }

  samples(): Iterable<Sample> {
    return this.current;
  }

  /** Nothing: the counts belong to whoever is read. */
  reset(): void {}

  private view(labelValues: readonly string[]): HistogramSamples {
    return new HistogramSamples(
      (suffix = '', extra) => sampleSeries(this.name + suffix, this.labelNames, labelValues, extra),
      this.bounds,
    );
  }
}
