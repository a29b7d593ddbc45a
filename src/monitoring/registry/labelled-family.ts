import { type MetricDescription, MetricFamily } from './metric-family';
import type { LabelValues, Sample, SampleSeries } from './metric-types';
import { sampleSeries } from './sample-series';
import { OVERFLOW_LABEL, type SeriesCap } from './series-cap';

/** Longer label values are cut: a label names a class of things, not a thing. */
const MAX_LABEL_VALUE_LENGTH = 128;

/** What one label set of a metric records into. */
export interface SeriesHandle {
  samples(): Iterable<Sample>;
  reset(): void;
}

/** Makes the series of a label set: `name` gets a suffix where the type wants one, `extra` is `le` or nothing. */
export type NameSeries = (suffix?: string, extra?: Readonly<Record<string, string>>) => SampleSeries;

/** A metric whose label sets come into being when they are first used, up to a cap that all metrics of a kind share. */
export abstract class LabelledFamily<L extends string, H extends SeriesHandle> extends MetricFamily<L> {
  private readonly handles = new Map<string, H>();
  private overflow: H | undefined;

  constructor(
    description: MetricDescription<L>,
    private readonly cap: SeriesCap,
  ) {
    super(description);
  }

  protected abstract makeHandle(name: NameSeries): H;

  /**
   * The handle of one label set, to be kept by whoever records often. Never throws: past the cap it is the overflow
   * series.
   */
  labels(values: LabelValues<L>): H {
    let key = '';
    for (const name of this.labelNames) key += `${shorten(values[name])}\n`;
    return this.handles.get(key) ?? this.create(key, values);
  }

  *samples(): Iterable<Sample> {
    for (const handle of this.handles.values()) yield* handle.samples();
    if (this.overflow !== undefined) yield* this.overflow.samples();
  }

  reset(): void {
    for (const handle of this.handles.values()) handle.reset();
    this.overflow?.reset();
  }

  private create(key: string, values: LabelValues<L>): H {
    if (!this.cap.take(this.kind, this.name)) {
      return (this.overflow ??= this.makeHandle((suffix = '', extra) =>
        sampleSeries(this.name + suffix, [OVERFLOW_LABEL], ['true'], extra),
      ));
    }
    const texts = this.labelNames.map((name) => shorten(values[name]));
    const handle = this.makeHandle((suffix = '', extra) =>
      sampleSeries(this.name + suffix, this.labelNames, texts, extra),
    );
    this.handles.set(key, handle);
    return handle;
  }
}

function shorten(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return text.length > MAX_LABEL_VALUE_LENGTH ? text.slice(0, MAX_LABEL_VALUE_LENGTH).toWellFormed() : text;
}
