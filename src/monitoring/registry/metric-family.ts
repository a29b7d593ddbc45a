/** The kinds of metrics that can be made; a timer is a histogram of seconds. */
export const METRIC_KINDS = ['counter', 'gauge', 'histogram', 'timer'] as const;
export type MetricKind = (typeof METRIC_KINDS)[number];

/** What the exposition formats call a metric's type. */
export type ExposedType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** Values of labels as a caller gives them; a label that is absent is empty, as in Prometheus. */
export type LabelValues<L extends string = string> = { readonly [name in L]?: string | number };

/**
 * One time series as Prometheus sees it. The object stays the same while the series lives, so readers may key on it.
 */
export interface SampleSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The labels as the exposition formats write them: `{a="b"}`, or nothing. */
  readonly labelText: string;
  /** When it came into being, Unix ms. */
  readonly createdMs: number;
}

/** One measurement as an example, with labels of its own: usually the trace it was part of. */
export interface SampleExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Unix ms. */
  readonly timestampMs: number;
}

/** The value of one series at the time of reading. */
export interface Sample {
  readonly series: SampleSeries;
  readonly value: number;
  readonly exemplar?: SampleExemplar;
}

/** A metric with its series, as the exposition, the catalogue and the sampling tick read it. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: ExposedType;
  /** What was asked for, where it is more than the type says. */
  readonly kind: MetricKind | 'summary';
  /** The base unit (`seconds`, `bytes`, `ratio`), when the metric has one. */
  readonly unit: string | undefined;
  readonly labelNames: readonly string[];
  /** Whether what is counted was 0 before a series of it came into being: this process counts itself. */
  readonly startsAtZero: boolean;
  /** Every series with its value as of the last collection; may be read in pieces with other work in between. */
  samples(): Iterable<Sample>;
}
