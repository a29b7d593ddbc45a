import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../../common/clock';
import { doneWithin } from '../../../common/deadline';
import { FailureLog, type LastingFailure } from '../../../common/log/failure-log';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { type LoggedSeries, type MetricMetadata, type SampleLog, SeriesStore } from '../series-store';
import { type JournalPlace, SEGMENT_HEAD } from './journal-format';
import { replay } from './journal-replay';
import { RecordWriter } from './record-writer';
import { SegmentFiles } from './segment-files';

/** A record is written at this size, in the middle of a tick too. */
const RECORD_BYTES = 65_536;
const LIMITS = {
  /** After so many bytes the next segment begins: a start reads about as much more than was lost. */
  segmentBytes: 4 * 1_048_576,
  /** What all segments may have; above it the earliest is deleted. */
  bytes: 64 * 1_048_576,
};
/** What may wait for a disk that does not keep up. */
const MAX_WAITING_BYTES = 16 * 1_048_576;
const SHUTDOWN_TIMEOUT_MS = 2_000;

export interface JournalStats {
  readonly bytes: number;
  readonly failedWrites: number;
  /** Samples that the start brought back. */
  readonly replayedSamples: number;
  /** Why nothing can be written, and for how long; `undefined` while it is. */
  readonly failure: LastingFailure | undefined;
}

interface Waiting {
  readonly segment: number;
  readonly data: Buffer;
}

/**
 * A write-ahead file: what the store takes is in it from the end of the tick on, until it is in the database; where
 * there is none it is the history of the last 64 MB. A process that is killed loses what came since the last tick. The
 * system has it then, not the disk: a machine that loses its power loses more.
 */
@Injectable()
export class SampleJournal implements SampleLog, OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(SampleJournal.name);
  private readonly writer = new RecordWriter();
  private readonly failures: FailureLog;
  private readonly limits = LIMITS;
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private files: SegmentFiles | undefined;
  private segment = 0;
  /** Of the current segment, with what waits. */
  private segmentBytes = 0;
  /** Everything in the segments before it is in the database. */
  private neededFrom = 0;
  private writing: Promise<void> | undefined;
  private failed = 0;
  private replayed = 0;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly store: SeriesStore,
    clock: Clock,
  ) {
    this.failures = new FailureLog(this.logger, clock, 'Samples are written to files again');
  }

  /** Whether what is taken now outlives a crash. */
  get isWorking(): boolean {
    return this.files !== undefined && this.failures.current === undefined;
  }

  /** Before the first sample is taken. */
  async onModuleInit(): Promise<void> {
    if (!this.open()) return;
    try {
      await this.bringBack(this.files!);
    } catch (error) {
      this.logger.warn(`Samples of a former process could not be read: ${String(error)}`);
    }
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    this.store.logTo(undefined);
    if (this.files === undefined) return;
    if (this.writer.length > 0) this.enqueue();
    await doneWithin(this.written(), SHUTDOWN_TIMEOUT_MS);
    await this.files.close();
    this.files = undefined;
  }

  tick(timestampMs: number, clockWasSet: boolean): void {
    this.writer.tick(timestampMs, clockWasSet);
  }

  sample(series: LoggedSeries, timestampMs: number, value: number | undefined): void {
    if (series.loggedIn !== this.segment) {
      series.loggedIn = this.segment;
      this.writer.series(series);
    }
    this.writer.sample(series.id, timestampMs, value);
    if (this.writer.length >= RECORD_BYTES) this.enqueue();
  }

  described(metricName: string, metadata: MetricMetadata): void {
    this.writer.metric(metricName, metadata);
  }

  /** Writes what came since the last call; to be called at the end of a tick. */
  flush(): void {
    if (this.files === undefined) {
      if (this.open()) this.begin();
      return;
    }
    if (this.writer.length > 0) this.enqueue();
    if (this.segmentBytes >= this.limits.segmentBytes) this.beginSegment(this.segment + 1);
  }

  /** The place behind everything that was taken until now. */
  mark(): JournalPlace | undefined {
    if (this.files === undefined) return undefined;
    if (this.writer.length > 0) this.enqueue();
    return { segment: this.segment, offset: this.segmentBytes };
  }

  /** Everything before the place is in the database. */
  saved(place: JournalPlace): void {
    if (this.mark() === undefined) return;
    this.neededFrom = place.segment;
    this.writer.saved(place);
    this.enqueue();
  }

  /** Resolves when nothing waits to be written. */
  async written(): Promise<void> {
    await this.writing;
  }

  stats(): JournalStats {
    return {
      bytes: this.files?.bytes ?? 0,
      failedWrites: this.failed,
      replayedSamples: this.replayed,
      failure: this.failures.current,
    };
  }

  /** What an operator has to know: what a crash would cost now, and why. */
  problem(): string | undefined {
    const { failure } = this.stats();
    if (failure === undefined) return undefined;
    const since = new Date(failure.sinceMs).toISOString();
    return `a crash would lose samples, which cannot be written to ${this.options.journalDir} since ${since}: ${failure.reason}`;
  }

  /** @returns whether there are files to write to */
  private open(): boolean {
    const { journalDir } = this.options;
    if (journalDir === undefined) return false;
    try {
      this.files = SegmentFiles.open(journalDir);
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  private begin(): void {
    this.beginSegment((this.files!.segments.at(-1) ?? 0) + 1);
    this.store.logTo(this);
  }

  private async bringBack(files: SegmentFiles): Promise<void> {
    const { samples, damaged } = await replay(files, this.store);
    this.replayed = samples;
    if (samples > 0) this.logger.log(`Brought ${samples} samples back that a former process had not saved otherwise`);
    if (damaged.length === 0) return;
    const names = damaged.map((segment) => `${segment}.samples`).join(', ');
    this.logger.warn(`Samples are lost: ${names} in ${this.options.journalDir} cannot be read to the end`);
  }

  private beginSegment(segment: number): void {
    this.segment = segment;
    this.segmentBytes = SEGMENT_HEAD.length;
    this.writer.beginSegment();
    for (const [name, metadata] of this.store.foreignMetadata()) this.writer.metric(name, metadata);
  }

  private enqueue(): void {
    const data = this.writer.take();
    this.segmentBytes += data.length;
    this.waiting.push({ segment: this.segment, data });
    this.waitingBytes += data.length;
    if (this.waitingBytes > MAX_WAITING_BYTES) this.giveUp(new Error('the disk does not keep up'));
    else this.writing ??= this.write(this.files!).finally(() => (this.writing = undefined));
  }

  private async write(files: SegmentFiles): Promise<void> {
    while (this.waiting.length > 0) {
      const { segment } = this.waiting[0]!;
      const count = this.waiting.findIndex((other) => other.segment !== segment);
      const batch = this.waiting.splice(0, count < 0 ? this.waiting.length : count);
      try {
        await files.append(segment, Buffer.concat(batch.map(({ data }) => data)));
        this.waitingBytes -= batch.reduce((sum, { data }) => sum + data.length, 0);
        this.deleteBefore(files, segment);
        this.failures.succeeded();
      } catch (error) {
        this.giveUp(error);
      }
    }
  }

  /** What waits is lost for the journal; what comes next goes to another segment, as this one may end in half a record. */
  private giveUp(error: unknown): void {
    this.fail(error);
    this.waiting.length = this.waitingBytes = 0;
    this.beginSegment(this.segment + 1);
  }

  private fail(error: unknown): void {
    this.failed++;
    this.failures.failed(
      `A crash would lose samples now, which cannot be written to ${this.options.journalDir}`,
      error,
    );
  }

  private deleteBefore(files: SegmentFiles, current: number): void {
    for (const segment of files.segments) {
      if (segment >= current) return;
      if (segment < this.neededFrom || files.bytes > this.limits.bytes) files.delete(segment);
    }
  }
}
