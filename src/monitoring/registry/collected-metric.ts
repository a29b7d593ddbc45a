import { type MetricDescription, MetricFamily } from './metric-family';
import type { Sample, SampleSeries } from './metric-types';
import { sampleSeries } from './sample-series';

/** More series than a closed set of labels can have: what is above is left out instead of growing without end. */
const MAX_COLLECTED_SERIES = 2_000;

/** Hands one value over, with the values of the labels in the order of `labelNames`; `undefined` says nothing. */
export type Emit = (value: number | undefined, ...labelValues: string[]) => void;

/**
 * A counter or gauge whose values exist elsewhere and are read when somebody asks. A label set that is not emitted any
 * more ends; the labels must come from a closed set.
 */
export class CollectedMetric extends MetricFamily {
  private known = new Map<string, SampleSeries>();
  private current: readonly Sample[] = [];

  constructor(
    readonly type: 'counter' | 'gauge',
    description: MetricDescription,
    private readonly collect: (emit: Emit) => void,
  ) {
    super(description);
  }

  get kind(): 'counter' | 'gauge' {
    return this.type;
  }

  override refresh(): void {
    const seen = new Map<string, SampleSeries>();
    const samples: Sample[] = [];
    this.collect((value, ...labelValues) => {
      if (value === undefined || samples.length >= MAX_COLLECTED_SERIES) return;
      const key = labelValues.join('\n');
      if (seen.has(key)) return;
      const series = this.known.get(key) ?? sampleSeries(this.name, this.labelNames, labelValues);
      seen.set(key, series);
      samples.push({ series, value });
    });
    this.known = seen;
    this.current = samples;
  }

  samples(): Iterable<Sample> {
    return this.current;
  }

  /** Nothing: the values belong to whoever is read. */
  reset(): void {}
}
