import { Collection } from './collection';
import type { ExposedType, MetricKind, MetricFamily, Sample } from './metric-family';

export interface MetricDescription<L extends string = string> {
  /** As Prometheus wants it: `[a-zA-Z_:][a-zA-Z0-9_:]*`, unit and `_total` at the end. */
  readonly name: string;
  readonly help: string;
  readonly unit?: string | undefined;
  readonly labelNames?: readonly L[] | undefined;
  /** After how many ms without a value a label set is removed, at the next collection; by default never. */
  readonly idleTimeoutMs?: number | undefined;
  /** Whether somebody else counts, from before this process began: the system or a server. */
  readonly fromElsewhere?: boolean;
}

/**
 * A metric made by this project, with all its series. It is also a member of prom-client's registry, which asks a metric
 * for nothing but its name, `get()` and `reset()`.
 */
export abstract class RegisteredFamily<L extends string = string> implements MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly startsAtZero: boolean;
  readonly labelNames: readonly L[];
  readonly aggregator = 'sum';
  abstract readonly kind: MetricKind;
  abstract readonly type: ExposedType;

  constructor(description: MetricDescription<L>) {
    this.name = description.name;
    this.help = description.help;
    this.unit = description.unit;
    this.startsAtZero = !description.fromElsewhere;
    this.labelNames = description.labelNames ?? [];
  }

  abstract samples(): Iterable<Sample>;
  abstract reset(): void;

  /** Does nothing where the values are kept here. */
  collect(_collection: Collection): void {}

  /** What prom-client's registry reads. */
  async get(): Promise<PromClientMetric> {
    this.collect(new Collection());
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
    /** Of prom-client's metrics with `enableExemplars`. */
    readonly exemplar?: {
      readonly labelSet: Readonly<Record<string, string | number>>;
      readonly value: number;
      readonly timestamp: number;
    } | null;
  }[];
}
