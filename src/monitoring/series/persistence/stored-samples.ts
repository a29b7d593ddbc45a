import type { Clock } from '../../../common/clock';
import { LoopSlices } from '../../../common/loop-slices';
import type { Samples, SeriesKind, SeriesStore } from '../series-store';
import { BlockReader, BlockUnreadableError, type StoredChunk } from './block-codec';
import type { BlockInfo, BlockTable } from './block-table';

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

/** Where stored samples go, and what becomes of those that cannot. */
export interface Destination {
  readonly store: SeriesStore;
  readonly memoryLimitBytes: number;
  /** Samples later than this (Unix ms) are left in the database. */
  readonly latestMs: number;
  readonly stopped: () => boolean;
  readonly leftOut: (samples: number, untilMs: number) => void;
  readonly unreadable: (error: unknown) => void;
}

/** Reads blocks of the database into a store of series, the latest first. */
export class StoredSamples {
  private readonly reader = new BlockReader();

  constructor(
    private readonly table: BlockTable,
    private readonly clock: Clock,
  ) {}

  /** Yields how many samples each group of blocks brought. A block that cannot be read is left out. */
  async *into(to: Destination, blocks: readonly BlockInfo[]): AsyncGenerator<number> {
    for (const { fromMs, toMs, samples } of blocks) if (fromMs > to.latestMs) to.leftOut(samples, toMs);
    for (const group of groupsOf(blocks.filter(({ fromMs }) => fromMs <= to.latestMs))) {
      if (to.stopped() || to.store.stats().bytes > to.memoryLimitBytes * BUDGET_SHARE) return;
      yield await this.backfill(await this.gather(group, to), to);
    }
  }

  private async gather(group: readonly BlockInfo[], to: Destination): Promise<Map<string, Gathered>> {
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
        to.unreadable(error);
      }
    }
    return gathered;
  }

  private async backfill(gathered: ReadonlyMap<string, Gathered>, to: Destination): Promise<number> {
    const slices = new LoopSlices(this.clock);
    let step = 0;
    let restored = 0;
    for (const [labelText, { kind, chunks }] of gathered) {
      const ref = to.store.open(this.reader.labels(labelText), kind, 'restored');
      if (ref) restored += to.store.backfill(ref, until(to, this.reader.samples(chunks)));
      if (++step % SERIES_PER_LOOK === 0) await slices.pause();
    }
    return restored;
  }
}

/** Those of the samples whose time may have come; the others are counted. */
function until(to: Destination, { timestamps, values }: Samples): Samples {
  let end = timestamps.length;
  while (end > 0 && timestamps[end - 1]! > to.latestMs) end--;
  if (end < timestamps.length) to.leftOut(timestamps.length - end, timestamps.at(-1)!);
  return { timestamps: timestamps.subarray(0, end), values: values.subarray(0, end) };
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
