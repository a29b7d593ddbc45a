import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../../common/clock';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { LoopSlices } from '../../../common/loop-slices';
import { FUTURE_TOLERANCE_MS, type Samples, type SeriesKind, SeriesStore } from '../series-store';
import { BlockReader, BlockUnreadableError, type StoredChunk } from './block-codec';
import { type BlockInfo, BlockTable } from './block-table';

/** Blocks are read in groups of about this time span, so that their samples are put together into long chunks. */
const GROUP_MS = 60 * 60_000;
const GROUP_BYTES = 8 * 1_048_576;
/** The share of the byte budget that restored samples may use; the rest is for new samples. */
const BUDGET_SHARE = 0.9;
const SERIES_PER_LOOK = 16;

interface Gathered {
  readonly kind: SeriesKind;
  readonly chunks: StoredChunk[];
}

/** Restores the samples of the process before after a start, the most recent first, while the service already runs. */
@Injectable()
export class SeriesRestorer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SeriesRestorer.name);
  private readonly reader = new BlockReader();
  private stopped = false;
  private running: Promise<void> | undefined;
  private restored = 0;
  private finished = false;
  private ahead = { samples: 0, untilMs: -Infinity };

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly store: SeriesStore,
    private readonly table: BlockTable,
    private readonly clock: Clock,
  ) {}

  /** Samples brought back so far. */
  get restoredSamples(): number {
    return this.restored;
  }

  /**
   * Samples left in the database because they are ahead of the clock (by more than an import may be), and the latest of
   * their times. A restart brings them back once their time has come.
   */
  get setAside(): { readonly samples: number; readonly untilMs: number } {
    return this.ahead;
  }

  /** Whether the restoring has ended. */
  get isDone(): boolean {
    return this.finished;
  }

  onApplicationBootstrap(): void {
    void this.table.whenReady().then(
      () => (this.running = this.run()),
      () => undefined, // the service ends before the database came
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.restore();
    } catch (error) {
      this.report(error);
    } finally {
      this.finished = true;
    }
  }

  /** Reads all blocks inside the retention. A block that cannot be read is logged and left out. */
  async restore(): Promise<void> {
    const nowMs = this.clock.now();
    await this.table.adopt(nowMs);
    const latestMs = nowMs + FUTURE_TOLERANCE_MS;
    const blocks = await this.table.list(nowMs - this.options.retentionMs);
    for (const { fromMs, toMs, samples } of blocks) if (fromMs > latestMs) this.leaveOut(samples, toMs);
    for (const group of groupsOf(blocks.filter(({ fromMs }) => fromMs <= latestMs))) {
      if (this.stopped || this.store.stats().bytes > this.options.memoryLimitBytes * BUDGET_SHARE) return;
      await this.backfill(await this.gather(group), latestMs);
    }
    this.sayWhatIsAhead();
    if (this.restored > 0) this.logger.log(`Brought ${this.restored} samples of a former process back`);
  }

  private async gather(group: readonly BlockInfo[]): Promise<Map<string, Gathered>> {
    const gathered = new Map<string, Gathered>();
    const slices = new LoopSlices(this.clock);
    let step = 0;
    for (const data of await this.table.load(group.map(({ id }) => id))) {
      try {
        for await (const { labelText, kind, chunks } of this.reader.series(data)) {
          const known = gathered.get(labelText);
          if (known) known.chunks.push(...chunks);
          else gathered.set(labelText, { kind, chunks: [...chunks] });
          if (++step % SERIES_PER_LOOK === 0) await slices.pause();
        }
      } catch (error) {
        if (!(error instanceof BlockUnreadableError)) throw error;
        this.report(error);
      }
    }
    return gathered;
  }

  private async backfill(gathered: ReadonlyMap<string, Gathered>, latestMs: number): Promise<void> {
    const slices = new LoopSlices(this.clock);
    let step = 0;
    for (const [labelText, { kind, chunks }] of gathered) {
      const ref = this.store.open(this.reader.labels(labelText), kind, 'restored');
      if (ref) this.restored += this.store.backfill(ref, this.until(latestMs, this.reader.samples(chunks)));
      if (++step % SERIES_PER_LOOK === 0) await slices.pause();
    }
  }

  /** Those of the samples whose time may have come; the others are counted. */
  private until(latestMs: number, { timestamps, values }: Samples): Samples {
    let end = timestamps.length;
    while (end > 0 && timestamps[end - 1]! > latestMs) end--;
    if (end < timestamps.length) this.leaveOut(timestamps.length - end, timestamps.at(-1)!);
    return { timestamps: timestamps.subarray(0, end), values: values.subarray(0, end) };
  }

  private leaveOut(samples: number, untilMs: number): void {
    this.ahead = { samples: this.ahead.samples + samples, untilMs: Math.max(this.ahead.untilMs, untilMs) };
  }

  private sayWhatIsAhead(): void {
    const { samples, untilMs } = this.ahead;
    if (samples === 0) return;
    this.logger.warn(
      `${samples} samples of a former process are ahead of the clock, up to ${new Date(untilMs).toISOString()}, and were left in the database: its clock or this one is wrong`,
    );
  }

  private report(error: unknown): void {
    this.logger.warn(`Samples of a former process could not be brought back: ${String(error)}`);
  }
}

/** Blocks come the latest first; each group is a stretch of time. */
function* groupsOf(blocks: readonly BlockInfo[]): Iterable<BlockInfo[]> {
  let group: BlockInfo[] = [];
  let bytes = 0;
  for (const block of blocks) {
    const newest = group[0];
    if (newest && (newest.toMs - block.fromMs > GROUP_MS || bytes + block.bytes > GROUP_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(block);
    bytes += block.bytes;
  }
  if (group.length > 0) yield group;
}
