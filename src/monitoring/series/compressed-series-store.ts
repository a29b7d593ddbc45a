import type { Clock } from '../../common/clock';
import { ByteWriter } from './codec/byte-writer';
import { ClockEpochs } from './clock-epochs';
import { ChunkCodec } from './codec/chunk-codec';
import { HourBlocks } from './hour-blocks';
import type { Labels } from './labels';
import type { Matcher } from './matcher';
import type { MemorySeries } from './memory-series';
import { MetricMetadataStore } from './metric-metadata-store';
import { metricOf } from './metric-name';
import { OpenChunks } from './open-chunks';
import { RetentionFloor } from './retention-floor';
import { SampleBuffer, SampleReader } from './sample-reader';
import { SeriesIndex } from './series-index';
import { SeriesSweeper } from './series-sweeper';
import { SharedStrings } from './shared-strings';
import {
  type DropReason,
  FUTURE_TOLERANCE_MS,
  type MetricMetadata,
  type SampleLog,
  type Samples,
  type SelectedSeries,
  type SeriesKind,
  type SeriesOrigin,
  type SeriesRef,
  SeriesStore,
  type SeriesStoreOptions,
  type SeriesStoreStats,
  type UnsavedSeries,
} from './series-store';

/** Samples of a chunk: enough that its overhead is small, few enough that reading a moment is cheap. */
export const CHUNK_SAMPLES = 240;
const CHUNK_BYTES = CHUNK_SAMPLES * 8;
/** The share of the byte budget that open chunks may take before new series are refused. */
const OPEN_SHARE = 0.5;
/** The share that labels may take before new series are refused: a series may have more bytes of them than of samples. */
const LABEL_SHARE = 0.25;
/** The part of both shares which imported and restored series may use; the rest is for the service's own series. */
const GUEST_SHARE = 0.75;

/**
 * The series store in compressed chunks. The newest samples of a series are plain numbers in a row; a complete row is
 * sealed into the block of the hour its last sample falls in, and hours are forgotten as a whole.
 */
export class CompressedSeriesStore extends SeriesStore {
  private readonly codec = new ChunkCodec(CHUNK_SAMPLES);
  private readonly writer = new ByteWriter();
  private readonly times = new Float64Array(CHUNK_SAMPLES);
  private readonly names = new SharedStrings();
  private readonly index = new SeriesIndex();
  private readonly metricMetadata = new MetricMetadataStore();
  private readonly epochs = new ClockEpochs();
  private readonly blocks = new HourBlocks(this.codec, this.epochs);
  private readonly openChunks = new OpenChunks(CHUNK_SAMPLES);
  private readonly reader = new SampleReader(this.codec, this.blocks, this.openChunks, this.epochs);
  private readonly sweeper = new SeriesSweeper(this.index, this.openChunks, (series) => this.seal(series));
  private readonly retention: RetentionFloor;
  private readonly dropped: Record<DropReason, number> = { series_limit: 0, out_of_order: 0, too_old: 0, too_new: 0 };
  private log: SampleLog | undefined;
  private appended = 0;
  private evictedHours = 0;
  /** Samples before this time were dropped to stay within the byte budget. */
  private evictedBeforeMs = -Infinity;

  constructor(
    private readonly options: SeriesStoreOptions,
    private readonly clock: Clock,
  ) {
    super();
    this.retention = new RetentionFloor(clock, options.retentionMs);
  }

  open(labels: Labels, kind: SeriesKind, origin: SeriesOrigin = 'own'): SeriesRef | undefined {
    const { key } = labels;
    const known = this.index.get(key);
    if (known) {
      if (origin === 'own') this.index.claim(known);
      return known;
    }
    if (!this.canOpen(kind, origin)) {
      this.dropped.series_limit++;
      return undefined;
    }
    // What is restored is read from JSON, and what is measured was copied where it was first recorded.
    const kept = origin === 'imported' ? labels.owned(this.names) : labels;
    return this.index.add(kept, key, kind, this.clock.monotonic(), origin !== 'own');
  }

  beginTick(timestampMs: number, clockWasSet = false): void {
    if (clockWasSet || timestampMs <= this.openChunks.tickMs) this.epochs.begin(timestampMs);
    this.epochs.reach(timestampMs);
    this.retention.look();
    // What was given up while the clock was ahead must not hide what is taken from now on.
    if (this.evictedBeforeMs > timestampMs) this.evictedBeforeMs = -Infinity;
    this.openChunks.beginTick(timestampMs);
    this.log?.tick(timestampMs, clockWasSet);
  }

  append(series: SeriesRef, timestampMs: number, value: number): DropReason | undefined {
    return this.add(series as MemorySeries, timestampMs, value);
  }

  appendStale(series: SeriesRef, timestampMs: number): DropReason | undefined {
    return this.add(series as MemorySeries, timestampMs, undefined);
  }

  backfill(ref: SeriesRef, { timestamps, values }: Samples): number {
    const series = ref as MemorySeries;
    const floorMs = this.floorMs();
    let first = 0;
    while (first < timestamps.length && timestamps[first]! < floorMs) first++;
    let end = timestamps.length;
    while (end > first && timestamps[end - 1]! >= series.firstMs) end--;
    for (let at = first; at < end; at += CHUNK_SAMPLES) {
      const next = Math.min(at + CHUNK_SAMPLES, end);
      this.store(series, timestamps.subarray(at, next), values.subarray(at, next));
    }
    if (end > first) {
      series.firstMs = timestamps[first]!;
      series.lastMs = Math.max(series.lastMs, timestamps[end - 1]!);
      series.savedMs = Math.max(series.savedMs, timestamps[end - 1]!);
    }
    return end - first;
  }

  *takeUnsaved(): Iterable<UnsavedSeries> {
    const buffer = new SampleBuffer();
    for (const series of this.index.all()) {
      const unsaved = this.unsaved(series, -Infinity, buffer);
      series.savedMs = series.lastMs;
      if (unsaved) yield unsaved;
    }
  }

  *unsavedFrom(fromMs: number): Iterable<UnsavedSeries> {
    const buffer = new SampleBuffer();
    for (const series of this.index.all()) {
      const unsaved = this.unsaved(series, fromMs, buffer);
      if (unsaved) yield unsaved;
    }
  }

  *select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries> {
    const buffer = new SampleBuffer();
    for (const series of this.index.match(matchers)) {
      const samples = this.reader.read(series, Math.max(fromMs, this.floorMs()), toMs, buffer);
      if (samples) yield { labels: series.labels, samples };
    }
  }

  *series(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<Labels> {
    const floorMs = Math.max(fromMs, this.floorMs());
    for (const series of this.index.match(matchers)) {
      if (series.lastMs >= floorMs && series.firstMs <= toMs) yield series.labels;
    }
  }

  describe(metricName: string, metadata: MetricMetadata, origin: SeriesOrigin = 'own'): void {
    this.metricMetadata.set(metricName, metadata, origin);
    if (origin !== 'own') this.log?.described(metricName, metadata);
  }

  isOwn(seriesName: string): boolean {
    return this.metricMetadata.isOwn(seriesName) || this.metricMetadata.isOwn(metricOf(seriesName, 'histogram'));
  }

  foreignMetadata(): ReadonlyMap<string, MetricMetadata> {
    return this.metricMetadata.foreignOnes;
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    const names = new Set<string>();
    for (const { labels, kind } of this.index.all()) names.add(metricOf(labels.name, kind));
    return this.metricMetadata.of(names);
  }

  enforceLimits(): boolean {
    const evictedBefore = this.evictedHours;
    this.blocks.dropBefore(this.floorMs(), this.retention.takenFromMs - FUTURE_TOLERANCE_MS);
    while (this.bytes() > this.options.memoryLimitBytes && this.evictHour());
    this.sweeper.sweep((series) => this.isOver(series));
    return this.evictedHours > evictedBefore;
  }

  stats(): SeriesStoreStats {
    let oldestMs = Infinity;
    let newestMs = -Infinity;
    let unsavedSeries = 0;
    for (const series of this.index.all()) {
      oldestMs = Math.min(oldestMs, series.firstMs);
      newestMs = Math.max(newestMs, series.lastMs);
      if (series.lastMs > series.savedMs) unsavedSeries++;
    }
    const empty = newestMs === -Infinity;
    return {
      series: this.index.size,
      unsavedSeries,
      samples: this.blocks.samples + this.openChunks.samples,
      bytes: this.bytes(),
      oldestMs: empty ? undefined : Math.max(oldestMs, this.floorMs()),
      newestMs: empty ? undefined : newestMs,
      appended: this.appended,
      dropped: { ...this.dropped },
      evictedHours: this.evictedHours,
      evictedBeforeMs: this.floorMs() === this.evictedBeforeMs ? this.evictedBeforeMs : undefined,
    };
  }

  logTo(log: SampleLog | undefined): void {
    this.log = log;
  }

  private unsaved(series: MemorySeries, fromMs: number, buffer: SampleBuffer): UnsavedSeries | undefined {
    if (series.lastMs <= series.savedMs || series.lastMs < fromMs) return undefined;
    const firstMs = Math.max(series.savedMs + 1, this.floorMs(), fromMs);
    const samples = this.reader.read(series, firstMs, series.lastMs, buffer);
    return samples && { labels: series.labels, kind: series.kind, samples };
  }

  private canOpen(kind: SeriesKind, origin: SeriesOrigin): boolean {
    const { maxSeriesPerKind, memoryLimitBytes } = this.options;
    if (origin === 'imported' && this.index.guestsOf(kind) >= maxSeriesPerKind) return false;
    const limit = memoryLimitBytes * (origin === 'own' ? 1 : GUEST_SHARE);
    return (this.index.size + 1) * CHUNK_BYTES <= limit * OPEN_SHARE && this.index.bytes <= limit * LABEL_SHARE;
  }

  private bytes(): number {
    return this.blocks.bytes + this.openChunks.bytes + this.index.bytes;
  }

  /** Samples before it are neither taken nor shown. */
  private floorMs(): number {
    return Math.max(this.retention.wallMs, this.evictedBeforeMs);
  }

  /** Gives up an hour before its time: what lies ahead of the clock first, then the oldest. @returns whether there was one */
  private evictHour(): boolean {
    if (!this.blocks.dropAhead(this.clock.now() + FUTURE_TOLERANCE_MS)) {
      const newestMs = this.blocks.dropOldest();
      if (newestMs === undefined) return false;
      this.evictedBeforeMs = Math.max(this.evictedBeforeMs, newestMs + 1);
    }
    this.evictedHours++;
    return true;
  }

  /** Whether a series has nothing that is kept, and had its time to get something. */
  private isOver(series: MemorySeries): boolean {
    if (series.openedAtMs >= this.retention.takenFromMs) return false;
    return (series.count === 0 || series.lastMs < this.floorMs()) && !this.blocks.has(series.id);
  }

  private add(series: MemorySeries, timestampMs: number, value: number | undefined): DropReason | undefined {
    const refused = this.refusal(series, timestampMs);
    if (refused) {
      this.dropped[refused]++;
      return refused;
    }
    if (series.epoch !== this.epochs.current) this.enterEpoch(series);
    this.openChunks.push(series, timestampMs, value);
    if (timestampMs < series.firstMs) series.firstMs = timestampMs;
    series.lastMs = timestampMs;
    this.appended++;
    this.log?.sample(series, timestampMs, value);
    if (this.openChunks.isComplete(series)) this.seal(series);
    return undefined;
  }

  /** A chunk has samples of one setting of the clock. */
  private enterEpoch(series: MemorySeries): void {
    if (series.count > 0) this.seal(series);
    series.epoch = this.epochs.current;
  }

  /**
   * The service measures the series now, and its samples are later than now: the clock was ahead, in this process or in
   * one before. Its samples go on from here; those that are later stay, hidden.
   */
  private goBack(series: MemorySeries, timestampMs: number): void {
    if (this.epochs.fromMs !== timestampMs) this.epochs.begin(timestampMs);
    series.lastMs = timestampMs - 1;
    series.savedMs = Math.min(series.savedMs, series.lastMs);
  }

  private isAhead(series: MemorySeries, timestampMs: number): boolean {
    if (timestampMs > series.lastMs || timestampMs !== this.openChunks.tickMs) return false;
    if (series.guest || series.closed) return false;
    return timestampMs < series.lastMs || series.epoch !== this.epochs.current;
  }

  private refusal(series: MemorySeries, timestampMs: number): DropReason | undefined {
    if (this.isAhead(series, timestampMs)) this.goBack(series, timestampMs);
    if (timestampMs <= series.lastMs) return timestampMs < this.floorMs() ? 'too_old' : 'out_of_order';
    if (timestampMs === this.openChunks.tickMs && !series.closed) return undefined;
    if (series.closed || timestampMs < this.floorMs()) return 'too_old';
    return timestampMs > this.clock.now() + FUTURE_TOLERANCE_MS ? 'too_new' : undefined;
  }

  private seal(series: MemorySeries): void {
    this.openChunks.copyTimes(series, this.times);
    this.store(series, this.times.subarray(0, series.count), this.openChunks.values(series));
    this.openChunks.end(series);
  }

  private store(series: MemorySeries, timestamps: Float64Array, values: Float64Array): void {
    const count = timestamps.length;
    this.writer.clear();
    this.codec.encode(this.writer, timestamps, values, count);
    this.blocks.add(series, this.writer.bytes, {
      samples: count,
      lastMs: timestamps[count - 1]!,
      addedAtMs: this.clock.monotonic(),
    });
  }
}
