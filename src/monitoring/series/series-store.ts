import type { Labels } from './labels';
import type { Matcher } from './matcher';

export type SeriesKind = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

/** Where a series or a description comes from; the service's own metrics have priority over all others. */
export type SeriesOrigin = 'own' | 'restored' | 'imported';

/** What is known about all series of one metric name (of a histogram: the name without `_bucket`, `_sum`, `_count`). */
export interface MetricMetadata {
  readonly kind: SeriesKind;
  readonly help: string;
  readonly unit: string;
}

/** A series of the store, returned by `open` and then appended to. It stays valid until `closed`. */
export interface SeriesRef {
  readonly labels: Labels;
  readonly kind: SeriesKind;
  /** Imported or restored, and not (yet) measured by the service itself. */
  readonly guest: boolean;
  /** Whether it never had a sample. */
  readonly isEmpty: boolean;
  /** Whether retention has removed the series; to append, open it anew. */
  readonly closed: boolean;
}

/**
 * Samples in ascending time: Unix milliseconds and values, both of the same length.
 * A series that ended holds a stale mark where it did: ask `isStale(values, index)`.
 */
export interface Samples {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export interface SelectedSeries {
  readonly labels: Labels;
  readonly samples: Samples;
}

/** A series as a log knows it. */
export interface LoggedSeries {
  /** Its number, which another series has once this one is gone. */
  readonly id: number;
  readonly labels: Labels;
  readonly kind: SeriesKind;
  /** Imported or restored, and not measured by the service itself. */
  readonly guest: boolean;
  /** The part of the log in which its number is explained. */
  loggedIn: number;
}

/** Is told of everything that a store takes, in the order in which it does; called for every sample, so it must be quick. */
export interface SampleLog {
  tick(timestampMs: number, clockWasSet: boolean): void;
  /** @param value `undefined`: a stale mark */
  sample(series: LoggedSeries, timestampMs: number, value: number | undefined): void;
  /** What others than the service say about a metric. */
  described(metricName: string, metadata: MetricMetadata): void;
}

/** What a series got since it was last asked for. */
export interface UnsavedSeries extends SelectedSeries {
  readonly kind: SeriesKind;
}

/** Why a sample was not kept. */
export type DropReason =
  | 'series_limit' // its series would be one too many of its kind
  | 'out_of_order' // not later than the last sample of its series
  | 'too_old' // before the retention begins
  | 'too_new'; // too far in the future

/** How far ahead of our clock a sample may be. */
export const FUTURE_TOLERANCE_MS = 10 * 60_000;

export interface SeriesStoreStats {
  readonly series: number;
  /** How many of these have samples that `takeUnsaved` has not returned yet. */
  readonly unsavedSeries: number;
  readonly samples: number;
  /** Everything the samples occupy: buffers, indexes and open chunks. */
  readonly bytes: number;
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
  readonly appended: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Hours removed before their time because the byte budget was used up. */
  readonly evictedHours: number;
  /** Since when (Unix ms) samples are kept, where that is later than the retention says: the byte budget was used up. */
  readonly evictedBeforeMs: number | undefined;
}

/**
 * Every series of the process with the samples of the last hours, all in memory. Selection is lazy, so a caller that
 * reads many series can let others run between two of them.
 */
export abstract class SeriesStore {
  /**
   * The series with these labels, made when it does not exist. `undefined` when a limit is reached, which is counted as
   * `series_limit`. Imported series are limited per kind; the service's own are limited by the registry. All share the
   * memory limit, of which imported and restored series may use only a part.
   * @param origin `own` by default
   */
  abstract open(labels: Labels, kind: SeriesKind, origin?: SeriesOrigin): SeriesRef | undefined;

  /**
   * Says that the samples appended next with exactly this time belong to one tick of all series: they share their
   * times. When the clock was set back, the series of the service go on from this tick, and what they have later is
   * hidden behind what comes.
   * @param clockWasSet forward or back since the tick before
   */
  abstract beginTick(timestampMs: number, clockWasSet?: boolean): void;

  /** Appends one sample (whole ms). @returns why it was refused, `undefined` when it was kept; refusals are counted */
  abstract append(series: SeriesRef, timestampMs: number, value: number): DropReason | undefined;

  /** Marks the end of a series: from here on it has no value, as in Prometheus. */
  abstract appendStale(series: SeriesRef, timestampMs: number): DropReason | undefined;

  /**
   * Adds ascending samples of a former process before all samples that the series has. Those that are too old or
   * not before are left out. @returns how many were kept
   */
  abstract backfill(series: SeriesRef, samples: Samples): number;

  /**
   * Every sample appended since the last call; what is returned counts as saved. Lazy, one series at a time.
   * Backfilled samples are not among them.
   */
  abstract takeUnsaved(): Iterable<UnsavedSeries>;

  /** The samples from `fromMs` on that `takeUnsaved` would return; they do not count as saved. */
  abstract unsavedFrom(fromMs: number): Iterable<UnsavedSeries>;

  /**
   * The series that all matchers fit and their samples with fromMs ≤ time ≤ toMs, series without any left out.
   * Lazy: a series is decompressed when the iterator reaches it, into memory that the next series may reuse.
   */
  abstract select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries>;

  /** The labels of the series that all matchers fit and that have samples within fromMs ≤ time ≤ toMs (about). */
  abstract series(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<Labels>;

  /** Sets the metadata of a metric; the last call counts, but an import never changes that of the service's own metrics. */
  abstract describe(metricName: string, metadata: MetricMetadata, origin?: SeriesOrigin): void;

  /** Whether the service itself has described the metric that a series of this name belongs to. */
  abstract isOwn(seriesName: string): boolean;

  /** The metadata of metrics that the service itself has not described. */
  abstract foreignMetadata(): ReadonlyMap<string, MetricMetadata>;

  /** The metadata of each metric that still has series. */
  abstract metadata(): ReadonlyMap<string, MetricMetadata>;

  /**
   * Forgets what is older than the retention and what is over the byte budget; cheap when there is nothing to do.
   * @returns whether something had to go before its time
   */
  abstract enforceLimits(): boolean;

  abstract stats(): SeriesStoreStats;

  /** Tells `log` of everything that is taken from now on, but for what is backfilled; `undefined`: nobody. */
  abstract logTo(log: SampleLog | undefined): void;
}

export interface SeriesStoreOptions {
  readonly retentionMs: number;
  readonly maxSeriesPerKind: number;
  readonly memoryLimitBytes: number;
}
