import { ReadBatch, type ReadKeys } from './read-batch';
import type { SlotKeys } from './redis-keys';

export interface Head {
  readonly clock: number;
  readonly generation: number;
}

/** One hash slot of a namespace, with what this process last heard of its time. */
export class Slot {
  /** The latest logical time seen; changes after it are unknown here. */
  clock = 0;
  readonly reads: ReadBatch;
  private lastText = '';
  private lastHead: Head | undefined;

  constructor(
    readonly keys: SlotKeys,
    ask: ReadKeys,
  ) {
    this.reads = new ReadBatch(keys, ask);
  }

  /** The head in what Redis answered; undefined if it is missing, no head of ours, or older than what was seen before. */
  head(bytes: Buffer | null): Head | undefined {
    if (bytes === null || bytes.length > 60) return undefined;
    const text = bytes.toString('latin1');
    if (text === this.lastText && this.lastHead!.clock === this.clock) return this.lastHead;
    const [clock, generation, born, more] = text.split(' ').map(Number);
    if (more !== undefined || ![clock, generation, born].every(Number.isSafeInteger)) return undefined;
    if (clock! < this.clock) return undefined;
    this.saw(clock!);
    this.lastText = text;
    this.lastHead = { clock: clock!, generation: generation! };
    return this.lastHead;
  }

  /** Notes the time of a change made here, or read. */
  saw(clock: number): void {
    if (clock > this.clock) this.clock = clock;
  }

  get bookkeeping(): readonly [string, string, string] {
    return [this.keys.head, this.keys.fences, this.keys.tags];
  }
}
