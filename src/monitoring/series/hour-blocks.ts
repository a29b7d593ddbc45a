import type { ChunkCodec } from './codec/chunk-codec';
import type { ClockEpochs } from './clock-epochs';
import { type ChunkFacts, HourBlock } from './hour-block';

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

  /** Whether there is a chunk of the series. */
  has(seriesId: number): boolean {
    return this.blocks.some((block) => block.has(seriesId));
  }

  add(series: { readonly id: number; readonly epoch: number }, chunk: Uint8Array, facts: ChunkFacts): void {
    this.block(Math.floor(facts.lastMs / HOUR_MS), series.epoch).add(series.id, chunk, facts);
  }

  /** Forgets the hours that ended by `timeMs`, and those to which nothing was added since `addedFromMs` (monotonic). */
  dropBefore(timeMs: number, addedFromMs: number): void {
    const kept = this.blocks.filter(({ hour, addedAtMs }) => (hour + 1) * HOUR_MS > timeMs && addedAtMs >= addedFromMs);
    if (kept.length < this.blocks.length) this.blocks.splice(0, this.blocks.length, ...kept);
  }

  /** Forgets the oldest hour. @returns the latest time that was in it, `undefined` when there was none */
  dropOldest(): number | undefined {
    return this.blocks.shift()?.newestMs;
  }

  /** Forgets the latest hour if it begins after `timeMs`. @returns whether it did */
  dropAhead(timeMs: number): boolean {
    const latest = this.blocks.at(-1);
    if (latest === undefined || latest.hour * HOUR_MS <= timeMs) return false;
    this.blocks.pop();
    return true;
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
