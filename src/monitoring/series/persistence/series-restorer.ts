import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../../common/clock';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { LoopSlices } from '../../../common/loop-slices';
import { type SeriesKind, SeriesStore } from '../series-store';
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
    const blocks = await this.table.list(nowMs - this.options.retentionMs);
    for (const group of groupsOf(blocks)) {
      if (this.stopped || this.store.stats().bytes > this.options.memoryLimitBytes * BUDGET_SHARE) return;
      await this.backfill(await this.gather(group));
    }
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

  private async backfill(gathered: ReadonlyMap<string, Gathered>): Promise<void> {
    const slices = new LoopSlices(this.clock);
    let step = 0;
    for (const [labelText, { kind, chunks }] of gathered) {
      const ref = this.store.open(this.reader.labels(labelText), kind, 'restored');
      if (ref) this.restored += this.store.backfill(ref, this.reader.samples(chunks));
      if (++step % SERIES_PER_LOOK === 0) await slices.pause();
    }
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
