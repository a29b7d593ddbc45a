import type { Registry } from 'prom-client';
import { exposedName } from './exposed-names';
import { labelText } from './label-text';
import type { PromClientMetric } from './registered-family';
import type { ExposedType, MetricKind, MetricFamily, Sample, SampleSeries } from './metric-family';
import { OVERFLOW_LABEL, type CardinalityLimit } from './cardinality-limit';

type RegisteredMetric = ReturnType<Registry['getMetricsAsArray']>[number];
type Value = PromClientMetric['values'][number];

/** What every metric of prom-client has. */
interface PromClient {
  readonly name: string;
  readonly help: string;
  readonly type: ExposedType;
  readonly labelNames: readonly string[];
  readonly collect?: unknown;
  get(): Promise<PromClientMetric>;
  remove(labels: Value['labels']): void;
}

/**
 * A metric made with prom-client itself (`makeCounterProvider` and its siblings), read through its public methods. Its
 * label sets count against the same limit as all others: each collection removes the label sets above the limit from it
 * and adds their values to an overflow series, so that memory stays bounded.
 */
export class PromClientFamily implements MetricFamily {
  readonly unit = undefined;
  private readonly metric: PromClient;
  private known = new Map<string, SampleSeries>();
  private labelSets = new Set<string>();
  private readonly overflow = new Map<string, { readonly series: SampleSeries; value: number }>();
  private current: readonly Sample[] = [];

  constructor(
    metric: RegisteredMetric,
    private readonly cardinality: CardinalityLimit,
  ) {
    this.metric = metric as unknown as PromClient;
  }

  get name(): string {
    return exposedName(this.metric.type, this.metric.name);
  }
  get help(): string {
    return this.metric.help;
  }
  get type(): ExposedType {
    return this.metric.type;
  }
  get kind(): 'counter' | 'gauge' | 'histogram' | 'summary' {
    return this.metric.type;
  }
  /** A `collect` function may copy what somebody else counts. */
  get startsAtZero(): boolean {
    return !this.isCollector;
  }
  get labelNames(): readonly string[] {
    return this.metric.labelNames;
  }

  /** Whether it has a `collect` function, which may wait for something. */
  get isCollector(): boolean {
    return this.metric.collect !== undefined;
  }

  /** Brings the values up to date. Rejects as the metric's `collect` function does. */
  async collect(): Promise<void> {
    const { values } = await this.metric.get();
    const known = new Map<string, SampleSeries>();
    const labelSets = new Set<string>();
    const surplus = new Map<string, Value['labels']>();
    const samples: Sample[] = [];
    for (const value of values) {
      const labelSet = this.labelSetOf(value);
      if (!labelSets.has(labelSet) && !surplus.has(labelSet)) {
        if (this.labelSets.has(labelSet) || this.cardinality.take(this.cappedAs, this.name)) labelSets.add(labelSet);
        else surplus.set(labelSet, value.labels);
      }
      if (surplus.has(labelSet)) this.addToOverflow(value);
      else this.addTo(samples, value, known);
    }
    for (const labels of surplus.values()) this.metric.remove(withoutBound(labels));
    for (const gone of this.labelSets) if (!labelSets.has(gone)) this.cardinality.release(this.cappedAs, this.name);
    this.known = known;
    this.labelSets = labelSets;
    this.current = [...samples, ...[...this.overflow.values()].map(({ series, value }) => ({ series, value }))];
  }

  samples(): Iterable<Sample> {
    return this.current;
  }

  private get cappedAs(): MetricKind {
    return this.type === 'summary' ? 'histogram' : this.type;
  }

  private get isDistribution(): boolean {
    return this.type === 'histogram' || this.type === 'summary';
  }

  private labelSetOf({ labels }: Value): string {
    return labelText(texts(this.isDistribution ? withoutBound(labels) : labels));
  }

  private seriesOf({ metricName = this.name, labels }: Value, known: Map<string, SampleSeries>): SampleSeries {
    const ownTexts = texts(labels);
    const text = labelText(ownTexts);
    const key = metricName + text;
    const series = known.get(key) ?? this.known.get(key) ?? namedSeries(metricName, ownTexts, text);
    known.set(key, series);
    return series;
  }

  /** Label sets that differ only in what no text can tell apart, such as `{a: ''}` and `{}`, are one series. */
  private addTo(samples: Sample[], value: Value, known: Map<string, SampleSeries>): void {
    const before = known.size;
    const series = this.seriesOf(value, known);
    if (known.size > before) {
      samples.push({ series, value: value.value, ...exemplarOf(value) });
      return;
    }
    const at = samples.findIndex((sample) => sample.series === series);
    const sum = this.type === 'gauge' ? value.value : samples[at]!.value + value.value;
    samples[at] = { series, value: sum };
  }

  private addToOverflow({ metricName = this.name, labels, value }: Value): void {
    if (labels['quantile'] !== undefined && this.isDistribution) return; // quantiles cannot be added
    const ownTexts = texts({ [OVERFLOW_LABEL]: 'true', ...(this.isDistribution && boundOf(labels)) });
    const text = labelText(ownTexts);
    const sum = this.overflow.get(metricName + text);
    if (sum === undefined) {
      this.overflow.set(metricName + text, { series: namedSeries(metricName, ownTexts, text), value });
    } else if (this.type === 'gauge') sum.value = value;
    else sum.value += value;
  }
}

function namedSeries(name: string, labels: SampleSeries['labels'], text: string): SampleSeries {
  return { name, labels, labelText: text, createdMs: Date.now() };
}

function exemplarOf({ exemplar }: Value): Pick<Sample, 'exemplar'> {
  if (!exemplar) return {};
  const { labelSet, value, timestamp } = exemplar;
  return { exemplar: { labels: texts(labelSet), value, timestampMs: Math.round(timestamp * 1_000) } };
}

function boundOf({ le }: Value['labels']): Value['labels'] {
  return le === undefined ? {} : { le };
}

function withoutBound({ le: _le, quantile: _quantile, ...labels }: Value['labels']): Value['labels'] {
  return labels;
}

function texts(labels: Value['labels']): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) {
    if (value !== undefined && value !== '') result[name] = String(value).toWellFormed();
  }
  return result;
}
