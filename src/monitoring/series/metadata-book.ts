import type { MetricMetadata } from './series-store';

/** What was said about metrics, of at most `limit` of them; past it the first one said is forgotten. */
export class MetadataBook {
  private readonly entries = new Map<string, MetricMetadata>();

  constructor(private readonly limit = 20_000) {}

  set(metricName: string, metadata: MetricMetadata): void {
    this.entries.set(metricName, metadata);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value!);
  }

  of(metricNames: ReadonlySet<string>): ReadonlyMap<string, MetricMetadata> {
    return new Map([...this.entries].filter(([name]) => metricNames.has(name)));
  }
}
