import type { Clock } from '../../src/common/clock';
import type { Labels } from '../../src/monitoring/series/labels';
import { matchesAll, type Matcher } from '../../src/monitoring/series/matcher';
import { metricOf } from '../../src/monitoring/series/metric-name';
import {
  type DropReason,
  FUTURE_TOLERANCE_MS,
  type MetricMetadata,
  type Samples,
  type SelectedSeries,
  type SeriesKind,
  type SeriesOrigin,
  type SeriesRef,
  SeriesStore,
  type SeriesStoreOptions,
  type SeriesStoreStats,
  type UnsavedSeries,
} from '../../src/monitoring/series/series-store';
import { writeStale } from '../../src/monitoring/series/staleness';

interface PlainSeries extends SeriesRef {
  closed: boolean;
  guest: boolean;
  timestamps: number[];
  values: Float64Array;
  savedMs: number;
}

/**
 * The store as simply as it can be written: one array of times and one of values per series. It keeps the retention
 * but takes nine times the memory of the compressed one, and serves as the model that one is tested against.
 */
export class PlainSeriesStore extends SeriesStore {
  private readonly byKey = new Map<string, PlainSeries>();
  private readonly ownNames = new Set<string>();
  private readonly described = new Map<string, MetricMetadata>();
  private readonly dropped: Record<DropReason, number> = { series_limit: 0, out_of_order: 0, too_old: 0, too_new: 0 };
  private appended = 0;

  constructor(
    private readonly options: SeriesStoreOptions,
    private readonly clock: Clock,
  ) {
    super();
  }

  open(labels: Labels, kind: SeriesKind, origin: SeriesOrigin = 'own'): SeriesRef | undefined {
    const known = this.byKey.get(labels.key);
    if (known) {
      if (origin === 'own') known.guest = false;
      return known;
    }
    if (origin === 'imported' && this.guestsOf(kind) >= this.options.maxSeriesPerKind) {
      this.dropped.series_limit++;
      return undefined;
    }
    const series: PlainSeries = {
      get isEmpty() {
        return this.timestamps.length === 0;
      },
      labels,
      kind,
      closed: false,
      guest: origin !== 'own',
      timestamps: [],
      values: new Float64Array(8),
      savedMs: -Infinity,
    };
    this.byKey.set(labels.key, series);
    return series;
  }

  beginTick(): void {}

  append(ref: SeriesRef, timestampMs: number, value: number): DropReason | undefined {
    const refused = this.place(ref as PlainSeries, timestampMs);
    if (refused) return refused;
    const series = ref as PlainSeries;
    series.values[series.timestamps.length - 1] = value;
    return undefined;
  }

  appendStale(ref: SeriesRef, timestampMs: number): DropReason | undefined {
    const refused = this.place(ref as PlainSeries, timestampMs);
    if (refused) return refused;
    const series = ref as PlainSeries;
    writeStale(series.values, series.timestamps.length - 1);
    return undefined;
  }

  backfill(ref: SeriesRef, samples: Samples): number {
    const series = ref as PlainSeries;
    const floorMs = this.clock.now() - this.options.retentionMs;
    const first = samples.timestamps.findIndex((time) => time >= floorMs);
    const from = first < 0 ? samples.timestamps.length : first;
    const later = samples.timestamps.findIndex((time) => time >= (series.timestamps[0] ?? Infinity));
    const end = Math.max(from, later < 0 ? samples.timestamps.length : later);
    const values = new Float64Array(end - from + series.values.length);
    values.set(samples.values.subarray(from, end));
    values.set(series.values, end - from);
    series.values = values;
    series.savedMs = Math.max(series.savedMs, samples.timestamps[end - 1] ?? -Infinity);
    series.timestamps.unshift(...samples.timestamps.subarray(from, end));
    return end - from;
  }

  *unsavedFrom(fromMs: number): Iterable<UnsavedSeries> {
    for (const { labels, kind, savedMs, timestamps } of this.byKey.values()) {
      const first = timestamps.findIndex((time) => time > savedMs && time >= fromMs);
      if (first < 0) continue;
      const values = this.byKey.get(labels.key)!.values.slice(first, timestamps.length);
      yield { labels, kind, samples: { timestamps: Float64Array.from(timestamps.slice(first)), values } };
    }
  }

  *takeUnsaved(): Iterable<UnsavedSeries> {
    for (const series of this.byKey.values()) {
      const first = series.timestamps.findIndex((time) => time > series.savedMs);
      if (first < 0) continue;
      const timestamps = Float64Array.from(series.timestamps.slice(first));
      series.savedMs = timestamps.at(-1)!;
      const values = series.values.slice(first, series.timestamps.length);
      yield { labels: series.labels, kind: series.kind, samples: { timestamps, values } };
    }
  }

  *select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries> {
    const floorMs = Math.max(fromMs, this.clock.now() - this.options.retentionMs);
    for (const series of this.byKey.values()) {
      if (!matchesAll(series.labels, matchers)) continue;
      const first = series.timestamps.findIndex((time) => time >= floorMs);
      const last = series.timestamps.findLastIndex((time) => time <= toMs);
      if (first < 0 || last < first) continue;
      const timestamps = Float64Array.from(series.timestamps.slice(first, last + 1));
      yield { labels: series.labels, samples: { timestamps, values: series.values.slice(first, last + 1) } };
    }
  }

  *series(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<Labels> {
    for (const { labels } of this.select(matchers, fromMs, toMs)) yield labels;
  }

  describe(metricName: string, metadata: MetricMetadata, origin: SeriesOrigin = 'own'): void {
    if (origin !== 'own' && this.ownNames.has(metricName)) return;
    if (origin === 'own') this.ownNames.add(metricName);
    this.described.set(metricName, metadata);
  }

  isOwn(seriesName: string): boolean {
    return this.ownNames.has(seriesName) || this.ownNames.has(metricOf(seriesName, 'histogram'));
  }

  foreignMetadata(): ReadonlyMap<string, MetricMetadata> {
    return new Map([...this.described].filter(([name]) => !this.ownNames.has(name)));
  }

  logTo(): void {
    throw new Error('the model tells nobody');
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    const present = new Set<string>();
    for (const { labels, kind } of this.byKey.values()) present.add(metricOf(labels.name, kind));
    return new Map([...this.described].filter(([name]) => present.has(name)));
  }

  enforceLimits(): boolean {
    const floorMs = this.clock.now() - this.options.retentionMs;
    for (const [key, series] of this.byKey) {
      const first = series.timestamps.findIndex((time) => time >= floorMs);
      const gone = first < 0 ? series.timestamps.length : first;
      series.timestamps.splice(0, gone);
      series.values.copyWithin(0, gone);
      if (series.timestamps.length === 0) {
        series.closed = true;
        this.byKey.delete(key);
      }
    }
    return false;
  }

  stats(): SeriesStoreStats {
    const all = [...this.byKey.values()].filter((series) => series.timestamps.length > 0);
    const samples = all.reduce((sum, series) => sum + series.timestamps.length, 0);
    return {
      series: this.byKey.size,
      unsavedSeries: all.filter((series) => series.timestamps.at(-1)! > series.savedMs).length,
      samples,
      bytes: samples * 16,
      oldestMs: all.length === 0 ? undefined : Math.min(...all.map((series) => series.timestamps[0]!)),
      newestMs: all.length === 0 ? undefined : Math.max(...all.map((series) => series.timestamps.at(-1)!)),
      appended: this.appended,
      dropped: { ...this.dropped },
      evictedHours: 0,
      evictedBeforeMs: undefined,
    };
  }

  private guestsOf(kind: SeriesKind): number {
    return [...this.byKey.values()].filter((series) => series.guest && series.kind === kind).length;
  }

  private place(series: PlainSeries, timestampMs: number): DropReason | undefined {
    const refused = this.refusal(series, timestampMs);
    if (refused) {
      this.dropped[refused]++;
      return refused;
    }
    if (series.timestamps.length === series.values.length) {
      const grown = new Float64Array(series.values.length * 2);
      grown.set(series.values);
      series.values = grown;
    }
    series.timestamps.push(timestampMs);
    this.appended++;
    return undefined;
  }

  private refusal(series: PlainSeries, timestampMs: number): DropReason | undefined {
    const now = this.clock.now();
    if (timestampMs < now - this.options.retentionMs) return 'too_old';
    if (timestampMs > now + FUTURE_TOLERANCE_MS) return 'too_new';
    return timestampMs <= (series.timestamps.at(-1) ?? -Infinity) ? 'out_of_order' : undefined;
  }
}
