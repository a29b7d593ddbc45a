import { ReadBatch, type ReadRoute } from './read-batch';
import type { SlotKeys } from './redis-keys';
import { WriteBatch, type WriteRound } from './write-batch';

export interface Head {
  readonly clock: number;
  readonly generation: number;
}

/** One hash slot of a namespace, with the latest logical time that this process has seen of it. */
export class Slot {
  /** The latest logical time seen; this process does not know of changes after it. */
  clock = 0;
  readonly reads: ReadBatch;
  readonly writes: WriteBatch;
  /** The head is being made. */
  opening: Promise<Head> | undefined;
  private lastBytes: Buffer | undefined;
  private lastHead: Head | undefined;

  constructor(
    readonly keys: SlotKeys,
    route: ReadRoute,
    sendWrites: (slot: Slot, round: WriteRound) => Promise<void>,
  ) {
    this.reads = new ReadBatch(keys, route);
    this.writes = new WriteBatch((round) => sendWrites(this, round));
  }

  /** The head in the bytes that Redis answered; undefined if it is missing, malformed, or older than one seen before. */
  parseHead(bytes: Buffer | null): Head | undefined {
    if (bytes === null || bytes.length > 60) return undefined;
    if (this.lastHead?.clock === this.clock && isSame(bytes, this.lastBytes!)) return this.lastHead;
    const [clock, generation, born, more] = bytes.toString('latin1').split(' ').map(Number);
    if (more !== undefined || ![clock, generation, born].every(Number.isSafeInteger)) return undefined;
    if (clock! < this.clock) return undefined;
    this.advanceClock(clock!);
    this.lastBytes = bytes;
    this.lastHead = { clock: clock!, generation: generation! };
    return this.lastHead;
  }

  /** Notes the logical time of a change made here, or of one that was read. */
  advanceClock(clock: number): void {
    if (clock > this.clock) this.clock = clock;
  }

  get bookkeeping(): readonly [string, string, string] {
    return [this.keys.head, this.keys.fences, this.keys.tags];
  }
}

/** For a few bytes this takes less time than a call into native code. */
function isSame(one: Buffer, other: Buffer): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
