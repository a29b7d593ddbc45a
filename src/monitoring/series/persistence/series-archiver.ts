import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../../common/clock';
import { doneWithin } from '../../../common/deadline';
import { FailureLog, type LastingFailure } from '../../../common/log/failure-log';
import { JobScheduler } from '../../../jobs/job-scheduler';
import type { ScheduledJob } from '../../../jobs/scheduled-job';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { LoopSlices } from '../../../common/loop-slices';
import type { JournalPlace } from '../journal/journal-format';
import { SampleJournal } from '../journal/sample-journal';
import { SeriesStore, type UnsavedSeries } from '../series-store';
import { BlockBuilder, type EncodedBlock } from './block-codec';
import { BlockTable } from './block-table';

const WRITE_INTERVAL_MS = 60_000;
/** Writes that fail for longer (ms) are told in the health: one that fails now and then is not. */
const TOLERATED_FAILURE_MS = 2 * WRITE_INTERVAL_MS;
const PURGE_INTERVAL_MS = 60 * 60_000;
/**
 * Blocks of many living series cover more minutes, since what a series costs in a block hardly depends on its few
 * samples: a day of 5,000 in blocks of one minute takes 97 MB, of 10,000 in blocks of two 138 MB.
 */
const SERIES_PER_INTERVAL = 5_000;
const MAX_INTERVALS = 5;
/** A block is closed at this size, before compression. */
const MAX_BLOCK_BYTES = 4 * 1_048_576;
/** Bytes of blocks that may wait for the database; above it the oldest are dropped. */
const MAX_WAITING_BYTES = 32 * 1_048_576;
/** What one write sends at most. */
const MAX_WRITE_BYTES = 8 * 1_048_576;
const SHUTDOWN_TIMEOUT_MS = 4_000;
const SERIES_PER_LOOK = 16;

export interface ArchiveStats {
  readonly writtenBlocks: number;
  readonly failedWrites: number;
  /** Blocks given up because the database was away for too long. */
  readonly droppedBlocks: number;
  readonly waitingBlocks: number;
  readonly waitingBytes: number;
  /** Why blocks have not been written, and for how long; `undefined` while they are. */
  readonly failure: LastingFailure | undefined;
}

/**
 * Writes the samples appended since the last time to the database as a compressed block: every minute, with more than
 * 5,000 living series every second minute, and so on up to every fifth. While the database cannot be reached, blocks
 * wait in memory, up to a bound, and the sampling goes on; at
 * shutdown the rest is written.
 */
@Injectable()
export class SeriesArchiver implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SeriesArchiver.name);
  private readonly waiting: EncodedBlock[] = [];
  private job: ScheduledJob | undefined;
  /** Where the journal was when the blocks that wait were made. */
  private collected: JournalPlace | undefined;
  /** Rows of single ticks, which the next blocks hold, too; and the time from which ticks have no row yet. */
  private tickRows: string[] = [];
  private ticksFromMs = -Infinity;
  private keeping: Promise<void> | undefined;
  /** Rows of ticks of which the waiting blocks have everything. */
  private replacedRows: string[] = [];
  private idleIntervals = 0;
  private written = 0;
  private failed = 0;
  private dropped = 0;
  private readonly failures: FailureLog;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly store: SeriesStore,
    private readonly table: BlockTable,
    private readonly journal: SampleJournal,
    private readonly clock: Clock,
    private readonly jobs: JobScheduler,
  ) {
    this.failures = new FailureLog(this.logger, clock, 'Series blocks are written to the database again');
  }

  onApplicationBootstrap(): void {
    this.job = this.jobs.add({ name: 'series-archive', everyMs: WRITE_INTERVAL_MS, run: () => this.archive() });
    const purge = this.jobs.add({
      name: 'series-purge',
      everyMs: PURGE_INTERVAL_MS,
      run: () => this.purge(),
      copies: 'one', // of all copies
      failure: 'Old series blocks could not be purged',
    });
    // Also at every start: a service that never runs for an hour would never purge.
    void this.table.whenReady().then(
      () => purge.runNow(),
      () => undefined, // the service ends before the database came
    );
  }

  /** Writes what there is, for as long as a shutdown may take. */
  async beforeApplicationShutdown(): Promise<void> {
    const writing = Promise.resolve(this.job?.stop()).then(() => this.writeEverything());
    const settled = writing.catch((error) => this.logger.warn(`Samples are lost: ${String(error)}`));
    await doneWithin(settled, SHUTDOWN_TIMEOUT_MS);
  }

  stats(): ArchiveStats {
    const { written, failed, dropped, waiting } = this;
    return {
      writtenBlocks: written,
      failedWrites: failed,
      droppedBlocks: dropped,
      waitingBlocks: waiting.length,
      waitingBytes: this.waitingBytes(),
      failure: this.failures.current,
    };
  }

  /** What an operator has to know: samples have not been stored for longer than two writes. */
  problem(): string | undefined {
    const failure = this.failures.current;
    if (failure === undefined || failure.lastsMs <= TOLERATED_FAILURE_MS) return undefined;
    const since = new Date(failure.sinceMs).toISOString();
    return (
      `samples have not been written to the database since ${since}: ${failure.reason}; ` +
      `${Math.ceil(this.waitingBytes() / 1_024)} kB wait in memory, of ${MAX_WAITING_BYTES / 1_024} kB, and ${this.dropped} blocks are lost`
    );
  }

  /** One run of the job: a block, when it is time for one, and one write. */
  async archive(): Promise<void> {
    if (!this.table.isConfigured) return;
    const { unsavedSeries } = this.store.stats();
    const intervals = Math.min(Math.ceil(unsavedSeries / SERIES_PER_INTERVAL), MAX_INTERVALS);
    if (++this.idleIntervals >= intervals) await this.collect();
    await this.write();
  }

  /** Whether the database takes the samples of a tick at once where no journal does. */
  get canKeepTicks(): boolean {
    return this.table.isReady;
  }

  /**
   * To be called at the end of a tick: where no journal has it, the database gets it at once, in a row of its own until
   * the next blocks are written. A tick that comes while another is written goes with the next.
   */
  keepTick(): void {
    if (this.journal.isWorking || !this.table.isReady || this.waiting.length > 0) return;
    this.keeping ??= this.writeTick().finally(() => (this.keeping = undefined));
  }

  /** Deletes what the retention and the size bound no longer cover. @throws what the database failed with */
  async purge(): Promise<void> {
    if (!this.table.isReady) return;
    const { retentionMs, memoryLimitBytes } = this.options;
    await this.table.purge(this.clock.now(), retentionMs, memoryLimitBytes);
  }

  private async writeEverything(): Promise<void> {
    if (!this.table.isReady) return;
    await this.collect();
    while (this.waiting.length > 0 && (await this.write()));
  }

  /** Writes the ticks since the last that has a row. */
  private async writeTick(): Promise<void> {
    const nowMs = this.clock.now();
    const fromMs = this.ticksFromMs > nowMs ? -Infinity : this.ticksFromMs; // the clock was set back
    try {
      for await (const block of this.blocksOf(this.store.unsavedFrom(fromMs))) {
        this.tickRows.push(...(await this.table.insert([block])));
      }
      this.ticksFromMs = nowMs + 1;
    } catch (error) {
      this.failures.failed('The samples of a tick could not be written to the database', error);
    }
  }

  /** Turns what was appended since the last time into blocks that wait to be written. */
  private async collect(): Promise<void> {
    await this.keeping;
    this.idleIntervals = 0;
    const place = this.journal.mark();
    this.replacedRows.push(...this.tickRows.splice(0));
    for await (const block of this.blocksOf(this.store.takeUnsaved())) this.enqueue(block);
    this.collected = place;
  }

  private async *blocksOf(unsaved: Iterable<UnsavedSeries>): AsyncGenerator<EncodedBlock> {
    const slices = new LoopSlices(this.clock);
    let builder = new BlockBuilder();
    let step = 0;
    for (const series of unsaved) {
      builder.add(series);
      if (builder.bytes >= MAX_BLOCK_BYTES) {
        yield await builder.finish();
        builder = new BlockBuilder();
      }
      if (++step % SERIES_PER_LOOK === 0) await slices.pause();
    }
    if (!builder.isEmpty) yield await builder.finish();
  }

  private enqueue(block: EncodedBlock): void {
    this.waiting.push(block);
    while (this.waitingBytes() > MAX_WAITING_BYTES) {
      this.waiting.shift();
      this.dropped++;
      this.replacedRows = []; // they stay, in place of what is given up
    }
  }

  private waitingBytes(): number {
    return this.waiting.reduce((sum, { data }) => sum + data.length, 0);
  }

  /** Writes as many waiting blocks as fit into one write. @returns whether it succeeded */
  private async write(): Promise<boolean> {
    if (this.waiting.length === 0) return false;
    if (!this.table.isReady) {
      this.failures.failed('Series blocks wait in memory', new Error('the tables of the database are not ready'));
      return false;
    }
    let bytes = 0;
    const batch = this.waiting.filter(({ data }, index) => (bytes += data.length) <= MAX_WRITE_BYTES || index === 0);
    const replaced = batch.length === this.waiting.length ? this.replacedRows : [];
    try {
      await this.table.insert(batch, replaced);
    } catch (error) {
      this.failed++;
      this.failures.failed('Series blocks wait in memory for the database', error);
      return false;
    }
    // Removed only now, by identity: the oldest may have been dropped while the write was under way.
    const done = new Set(batch);
    this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((block) => !done.has(block)));
    this.written += batch.length;
    this.replacedRows = this.replacedRows.filter((row) => !replaced.includes(row));
    this.failures.succeeded();
    if (this.waiting.length === 0 && this.collected !== undefined) {
      this.journal.saved(this.collected);
      this.collected = undefined;
    }
    return true;
  }
}
