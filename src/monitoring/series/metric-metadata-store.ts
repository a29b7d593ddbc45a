import type { MetricMetadata, SeriesOrigin } from './series-store';

/**
 * Kind, help and unit of at most `limit` metrics; above it the one described first is forgotten. Metadata of imported
 * metrics is kept apart, so that it never replaces or displaces that of the service's own metrics.
 */
export class MetricMetadataStore {
  private readonly own = new Map<string, MetricMetadata>();
  private readonly foreign = new Map<string, MetricMetadata>();

  constructor(private readonly limit = 20_000) {}

  set(metricName: string, metadata: MetricMetadata, origin: SeriesOrigin): void {
    const entries = origin === 'own' ? this.own : this.foreign;
    entries.set(metricName, metadata);
    if (entries.size > this.limit) entries.delete(entries.keys().next().value!);
  }

  /** Whether it is a metric of the service itself. */
  isOwn(metricName: string): boolean {
    return this.own.has(metricName);
  }

  of(metricNames: ReadonlySet<string>): ReadonlyMap<string, MetricMetadata> {
    return new Map([...this.foreign, ...this.own].filter(([name]) => metricNames.has(name)));
  }
}
