import { Logger } from '@nestjs/common';
import type { Collection } from './collection';
import { exposedName } from './exposed-names';
import { LabelSets } from './label-sets';
import { type MetricDescription, RegisteredFamily } from './registered-family';
import type { Sample, SampleSeries } from './metric-family';
import { sampleSeries } from './sample-series';

/** More series than a closed set of labels can have; those above it are left out, so that memory stays bounded. */
const MAX_COLLECTED_SERIES = 2_000;

/** Gives one value, with the values of the labels in the order of `labelNames`; `undefined` gives nothing. */
export type Emit = (value: number | undefined, ...labelValues: string[]) => void;

/**
 * A counter or gauge whose values exist elsewhere: each collection calls back for them. A label set that is not emitted
 * any more ends; the labels must come from a closed set.
 */
export class CallbackFamily extends RegisteredFamily {
  private readonly series = new LabelSets<SampleSeries>((values) => sampleSeries(this.name, this.labelNames, values));
  private current: readonly Sample[] = [];
  private said = false;

  constructor(
    readonly type: 'counter' | 'gauge',
    description: MetricDescription,
    private readonly callback: (emit: Emit, collection: Collection) => void,
  ) {
    super({ ...description, name: exposedName(type, description.name) });
  }

  get kind(): 'counter' | 'gauge' {
    return this.type;
  }

  override collect(collection: Collection): void {
    const samples: Sample[] = [];
    this.series.begin();
    this.callback((value, ...labelValues) => {
      if (value === undefined) return;
      if (samples.length >= MAX_COLLECTED_SERIES) return this.sayFull();
      const series = this.series.find(labelValues);
      if (series !== undefined) samples.push({ series, value });
    }, collection);
    this.series.end();
    this.current = samples;
  }

  samples(): Iterable<Sample> {
    return this.current;
  }

  private sayFull(): void {
    if (this.said) return;
    this.said = true;
    new Logger('Metrics').warn(`"${this.name}" has more than ${MAX_COLLECTED_SERIES} series: those above are left out`);
  }

  /** Does nothing: the values belong to the source. */
  reset(): void {}
}
