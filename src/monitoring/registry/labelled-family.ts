import { ownString } from '../../common/own-string';
import { MAX_LABEL_VALUE_LENGTH } from './metric-description-rules';
import { type MetricDescription, RegisteredFamily } from './registered-family';
import type { LabelValues, Sample, SampleSeries } from './metric-family';
import { sampleSeries } from './sample-series';
import { OVERFLOW_LABEL, type CardinalityLimit } from './cardinality-limit';

/** What one label set of a metric records into. */
export interface MetricChild {
  samples(): Iterable<Sample>;
  reset(): void;
}

/** Makes the series of a label set: `name` gets a suffix where the type wants one, `extra` is `le` or nothing. */
export type NameSeries = (suffix?: string, extra?: Readonly<Record<string, string>>) => SampleSeries;

/** A metric that makes a label set when it is first used, up to a limit that all metrics of a kind share. */
export abstract class LabelledFamily<L extends string, H extends MetricChild> extends RegisteredFamily<L> {
  private readonly children = new Map<string, H>();
  private overflow: H | undefined;

  constructor(
    description: MetricDescription<L>,
    private readonly cardinality: CardinalityLimit,
  ) {
    super(description);
  }

  protected abstract makeChild(name: NameSeries): H;

  /**
   * The child for one label set; callers that record often keep it. Never throws: above the limit it is the overflow
   * series.
   */
  labels(values: LabelValues<L>): H {
    let key = '';
    for (const name of this.labelNames) key += `${shorten(values[name])}\n`;
    return this.children.get(key) ?? this.create(values);
  }

  *samples(): Iterable<Sample> {
    for (const child of this.children.values()) yield* child.samples();
    if (this.overflow !== undefined) yield* this.overflow.samples();
  }

  reset(): void {
    for (const child of this.children.values()) child.reset();
    this.overflow?.reset();
  }

  /** `labels` finds label sets by their plain values; what is not plain is only found here. */
  private create(values: LabelValues<L>): H {
    const texts = this.labelNames.map((name) => ownString(shorten(values[name]).toWellFormed()));
    // A line end within a value is written as half of a surrogate pair, which no value has any more: so a key has one
    // line end per label, and no two label sets have the same key.
    const key = texts.map((text) => `${text.replaceAll('\n', '\ud800')}\n`).join('');
    const known = this.children.get(key);
    if (known !== undefined) return known;
    if (!this.cardinality.take(this.kind, this.name)) {
      return (this.overflow ??= this.makeChild((suffix = '', extra) =>
        sampleSeries(this.name + suffix, [OVERFLOW_LABEL], ['true'], extra),
      ));
    }
    const child = this.makeChild((suffix = '', extra) =>
      sampleSeries(this.name + suffix, this.labelNames, texts, extra),
    );
    this.children.set(ownString(key), child);
    return child;
  }
}

function shorten(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return text.length > MAX_LABEL_VALUE_LENGTH ? text.slice(0, MAX_LABEL_VALUE_LENGTH).toWellFormed() : text;
}
