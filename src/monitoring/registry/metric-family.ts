import type { ExposedType, MetricKind, ReadableMetric, Sample } from './metric-types';

export interface MetricDescription<L extends string = string> {
  /** As Prometheus wants it: `[a-zA-Z_:][a-zA-Z0-9_:]*`, unit and `_total` at the end. */
  readonly name: string;
  readonly help: string;
  readonly unit?: string | undefined;
  readonly labelNames?: readonly L[] | undefined;
}

/**
 * A metric of ours with all its series. It is readable by us series by series, and a member of the prom-client
 * registry, which asks a metric for nothing but its name, `get()` and `reset()`.
 */
export abstract class MetricFamily<L extends string = string> implements ReadableMetric {
  readonly name: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly labelNames: readonly L[];
  readonly aggregator = 'sum';
  abstract readonly kind: MetricKind;
  abstract readonly type: ExposedType;

  constructor(description: MetricDescription<L>) {
    this.name = description.name;
    this.help = description.help;
    this.unit = description.unit;
    this.labelNames = description.labelNames ?? [];
  }

  abstract samples(): Iterable<Sample>;
  abstract reset(): void;

  refresh(): void | Promise<void> {}

  /** What prom-client's registry reads. */
  async get(): Promise<PromClientMetric> {
    await this.refresh();
    const values = [];
    for (const { series, value } of this.samples()) {
      values.push({ value, labels: series.labels, metricName: series.name });
    }
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }
}

/** The shape in which prom-client's registry takes a metric's values. */
export interface PromClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: ExposedType;
  readonly aggregator: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly metricName?: string;
  }[];
}
