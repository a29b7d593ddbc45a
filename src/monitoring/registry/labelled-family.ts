import { ownString } from '../../common/own-string';
import { MAX_LABEL_VALUE_LENGTH } from './metric-description-rules';
import { type MetricDescription, RegisteredFamily } from './registered-family';
import type { LabelValues, Sample, SampleSeries } from './metric-family';
import type { MetricChild } from './metric-child';
import { sampleSeries } from './sample-series';
import { OVERFLOW_LABEL, type CardinalityLimit } from './cardinality-limit';

/** Makes the series of a label set: `name` gets a suffix where the type wants one, `extra` is `le` or nothing. */
export type NameSeries = (suffix?: string, extra?: Readonly<Record<string, string>>) => SampleSeries;

/** A metric that makes a label set when it is first used, up to the limits of the metric and of its kind. */
export abstract class LabelledFamily<L extends string, H extends MetricChild> extends RegisteredFamily<L> {
  private readonly children = new Map<string, H>();
  private readonly idleTimeoutMs: number | undefined;
  private overflow: H | undefined;

  constructor(
    description: MetricDescription<L>,
    private readonly cardinality: CardinalityLimit,
  ) {
    super(description);
    this.idleTimeoutMs = description.idleTimeoutMs;
  }

  /** @param rejoin what MetricChild asks for */
  protected abstract makeChild(name: NameSeries, rejoin: () => MetricChild): H;

  /**
   * The child for one label set; callers that record often keep it. Never throws: above the limit it is the overflow
   * series.
   */
  labels(values: LabelValues<L>): H {
    let key = '';
    for (const name of this.labelNames) key += `${shorten(values[name])}\n`;
    return this.children.get(key) ?? this.create(values);
  }

  /**
   * Ends the series of one label set, and makes its place free; recorded into once more, it begins anew at 0.
   * @returns whether there was one
   */
  remove(values: LabelValues<L>): boolean {
    return this.drop(keyOf(this.textsOf(values)));
  }

  /** Ends the series of all label sets, the overflow included. */
  clear(): void {
    for (const key of this.children.keys()) this.drop(key);
    this.overflow?.leave();
    this.overflow = undefined;
  }

  /** Ends label sets that were not recorded into for the time that the description gives. */
  override collect(): void {
    if (this.idleTimeoutMs === undefined || this.labelNames.length === 0) return;
    const now = performance.now();
    for (const [key, child] of this.children) if (child.idleMs(now) >= this.idleTimeoutMs) this.drop(key);
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
    const texts = this.textsOf(values);
    const key = ownString(keyOf(texts));
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const child: H = this.makeChild(
      (suffix = '', extra) => sampleSeries(this.name + suffix, this.labelNames, texts, extra),
      () => this.join(key, child),
    );
    return this.join(key, child);
  }

  /** Puts the child among the label sets, unless there is another one for its values or no place. */
  private join(key: string, child: H): H {
    const known = this.children.get(key);
    if (known !== undefined) return known.join();
    if (!this.cardinality.take(this.kind, this.name)) return this.overflowChild();
    this.children.set(key, child);
    return child.join();
  }

  private overflowChild(): H {
    this.overflow ??= this.makeChild(
      (suffix = '', extra) => sampleSeries(this.name + suffix, [OVERFLOW_LABEL], ['true'], extra),
      () => this.overflowChild(),
    );
    return this.overflow.join();
  }

  private drop(key: string): boolean {
    const child = this.children.get(key);
    if (child === undefined) return false;
    this.children.delete(key);
    this.cardinality.release(this.kind, this.name);
    child.leave();
    return true;
  }

  private textsOf(values: LabelValues<L>): string[] {
    return this.labelNames.map((name) => ownString(shorten(values[name]).toWellFormed()));
  }
}

/**
 * A line end within a value is written as half of a surrogate pair, which no value has any more: so a key has one line end
 * per label, and no two label sets have the same key.
 */
function keyOf(texts: readonly string[]): string {
  return texts.map((text) => `${text.replaceAll('\n', '\ud800')}\n`).join('');
}

function shorten(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return text.length > MAX_LABEL_VALUE_LENGTH ? text.slice(0, MAX_LABEL_VALUE_LENGTH).toWellFormed() : text;
}
