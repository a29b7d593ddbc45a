import type { MetricMetadata, SeriesOrigin } from './series-store';

/** The characters that names, help and units of imported metrics may have together. */
const MAX_FOREIGN_CHARACTERS = 4 * 1_048_576;

/**
 * Kind, help and unit of at most `limit` metrics; above it, or above 4 million characters of imported ones, the one
 * described first is forgotten. Metadata of imported metrics is kept apart, so that it never replaces or displaces that
 * of the service's own metrics.
 */
export class MetricMetadataStore {
  private readonly own = new Map<string, MetricMetadata>();
  private readonly foreign = new Map<string, MetricMetadata>();

  private foreignCharacters = 0;

  constructor(private readonly limit = 20_000) {}

  set(metricName: string, metadata: MetricMetadata, origin: SeriesOrigin): void {
    if (origin === 'own') {
      this.own.set(metricName, metadata);
      if (this.own.size > this.limit) this.own.delete(firstOf(this.own));
      return;
    }
    this.forget(metricName);
    this.foreign.set(metricName, metadata);
    this.foreignCharacters += charactersOf(metricName, metadata);
    while (this.foreign.size > this.limit || this.foreignCharacters > MAX_FOREIGN_CHARACTERS) {
      this.forget(firstOf(this.foreign));
    }
  }

  private forget(metricName: string): void {
    const metadata = this.foreign.get(metricName);
    if (metadata === undefined) return;
    this.foreign.delete(metricName);
    this.foreignCharacters -= charactersOf(metricName, metadata);
  }

  get foreignOnes(): ReadonlyMap<string, MetricMetadata> {
    return this.foreign;
  }

  /** Whether it is a metric of the service itself. */
  isOwn(metricName: string): boolean {
    return this.own.has(metricName);
  }

  of(metricNames: ReadonlySet<string>): ReadonlyMap<string, MetricMetadata> {
    return new Map([...this.foreign, ...this.own].filter(([name]) => metricNames.has(name)));
  }
}

const firstOf = (entries: ReadonlyMap<string, unknown>): string => entries.keys().next().value!;

const charactersOf = (name: string, { help, unit }: MetricMetadata): number => name.length + help.length + unit.length;
