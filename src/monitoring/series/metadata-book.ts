import type { MetricMetadata, SeriesOrigin } from './series-store';

/**
 * What was said about metrics, of at most `limit` of them; past it the first one said is forgotten. What comes from
 * outside is kept apart, so that it neither replaces nor displaces what the service says of its own metrics.
 */
export class MetadataBook {
  private readonly own = new Map<string, MetricMetadata>();
  private readonly foreign = new Map<string, MetricMetadata>();

  constructor(private readonly limit = 20_000) {}

  set(metricName: string, metadata: MetricMetadata, origin: SeriesOrigin): void {
    const entries = origin === 'own' ? this.own : this.foreign;
    entries.set(metricName, metadata);
    if (entries.size > this.limit) entries.delete(entries.keys().next().value!);
  }

  /** Whether the service has said something of it. */
  isOwn(metricName: string): boolean {
    return this.own.has(metricName);
  }

  of(metricNames: ReadonlySet<string>): ReadonlyMap<string, MetricMetadata> {
    return new Map([...this.foreign, ...this.own].filter(([name]) => metricNames.has(name)));
  }
}
