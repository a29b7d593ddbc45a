import type { Registry } from 'prom-client';
import { labelText } from './label-text';
import type { PromClientMetric } from './metric-family';
import type { ExposedType, ReadableMetric, Sample, SampleSeries } from './metric.types';

type RegisteredMetric = ReturnType<Registry['getMetricsAsArray']>[number];

/** A metric that somebody made with prom-client itself (`makeCounterProvider` and its siblings), read through its public `get()`. */
export class JoinedMetric implements ReadableMetric {
  readonly unit = undefined;
  readonly name: string;
  readonly help: string;
  readonly type: ExposedType;
  readonly labelNames: readonly string[];
  private known = new Map<string, SampleSeries>();
  private current: readonly Sample[] = [];

  constructor(private readonly metric: RegisteredMetric) {
    const { name, help, type, labelNames } = metric as unknown as PromClientMetric & { labelNames: string[] };
    this.name = name;
    this.help = help;
    this.type = type;
    this.labelNames = labelNames;
  }

  get kind(): 'counter' | 'gauge' | 'histogram' | 'summary' {
    return this.type;
  }

  async refresh(): Promise<void> {
    const { values } = await (this.metric as unknown as { get(): Promise<PromClientMetric> }).get();
    const seen = new Map<string, SampleSeries>();
    this.current = values.map(({ value, labels, metricName = this.name }) => {
      const texts = Object.fromEntries(
        Object.entries(labels)
          .filter(([, text]) => text !== undefined && text !== '')
          .map(([label, text]) => [label, String(text)]),
      );
      const text = labelText(texts);
      const key = metricName + text;
      const series = this.known.get(key) ?? { name: metricName, labels: texts, labelText: text };
      seen.set(key, series);
      return { series, value };
    });
    this.known = seen;
  }

  samples(): Iterable<Sample> {
    return this.current;
  }
}
