import type { ChunkCodec } from './codec/chunk-codec';
import type { ClockEpochs } from './clock-epochs';
import { HourBlock } from './hour-block';

const HOUR_MS = 3_600_000;

/** Where a sealed chunk lies, and what it covers. */
export interface ChunkPlace {
  readonly page: Uint8Array;
  readonly offset: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  /** The setting of the clock by which it was taken. */
  readonly epoch: number;
}

/** All sealed chunks, hour by hour, the oldest first; where the clock was set back, an hour has a block for each epoch. */
export class HourBlocks {
  private readonly blocks: HourBlock[] = [];

  constructor(
    private readonly codec: ChunkCodec,
    private readonly epochs: ClockEpochs,
  ) {}

  get bytes(): number {
    return this.blocks.reduce((sum, block) => sum + block.bytes, 0);
  }

  get samples(): number {
    return this.blocks.reduce((sum, block) => sum + block.samples, 0);
  }

  /** No chunk ends before it; Infinity when there is none. */
  get oldestMs(): number {
    return this.blocks.length === 0 ? Infinity : this.blocks[0]!.hour * HOUR_MS;
  }

  add(seriesId: number, epoch: number, chunk: Uint8Array, samples: number, lastMs: number): void {
    this.block(Math.floor(lastMs / HOUR_MS), epoch).add(seriesId, chunk, samples, lastMs);
  }

  /** Forgets the hours that ended by `timeMs`. @returns whether there were any */
  dropBefore(timeMs: number): boolean {
    const kept = this.blocks.findIndex((block) => (block.hour + 1) * HOUR_MS > timeMs);
    return this.blocks.splice(0, kept < 0 ? this.blocks.length : kept).length > 0;
  }

  /** Forgets the oldest hour. @returns the latest time that was in it, `undefined` when there was none */
  dropOldest(): number | undefined {
    return this.blocks.shift()?.newestMs;
  }

  /** The chunks of a series with samples in fromMs ≤ time ≤ toMs, in ascending order. */
  find(seriesId: number, fromMs: number, toMs: number): ChunkPlace[] {
    const found: ChunkPlace[] = [];
    for (let at = this.firstFrom(Math.floor(fromMs / HOUR_MS)); at < this.blocks.length; at++) {
      const { epoch } = this.blocks[at]!;
      let later = false;
      this.blocks[at]!.visit(seriesId, (page, offset) => {
        const head = this.codec.head(page, offset);
        if (head.firstMs > toMs) later = true;
        else if (head.lastMs >= fromMs) found.push({ page, offset, ...head, epoch });
        return true;
      });
      if (later && this.epochs.current === 0) break; // chunks of later hours begin later still
    }
    return found.length > 1 ? found.toSorted((a, b) => a.firstMs - b.firstMs) : found;
  }

  private block(hour: number, epoch: number): HourBlock {
    let at = this.firstFrom(hour);
    for (; this.blocks[at]?.hour === hour; at++) if (this.blocks[at]!.epoch === epoch) return this.blocks[at]!;
    const block = new HourBlock(hour, epoch);
    this.blocks.splice(at, 0, block);
    return block;
  }

  /** The index of the first block of that hour or a later one; looked for from the end, where most is asked. */
  private firstFrom(hour: number): number {
    let at = this.blocks.length;
    while (at > 0 && this.blocks[at - 1]!.hour >= hour) at--;
    return at;
  }
}
