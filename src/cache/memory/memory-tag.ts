import { stringBytes } from '../../common/own-string';

/** A tag's object and its place in the index, measured. */
const TAG_BYTES = 150;

/**
 * A tag between two invalidations. All entries that carry it refer to this one object. An invalidation marks the object,
 * and entries stored later get a new one. So it takes effect at once, however many entries there are, and a hit needs no
 * look-up by name.
 */
export class MemoryTag {
  invalidated = false;
  /** The slots of the entries that carry it, so that they are found without looking at others. */
  slots: number[] = [];

  constructor(readonly name: string) {}

  /** What it takes on the heap besides `slots`. */
  get bytes(): number {
    return TAG_BYTES + stringBytes(this.name);
  }

  /** Adds the slot of an entry; returns its index in `slots`. */
  add(slot: number): number {
    if (this.slots.length > 0) return this.slots.push(slot) - 1;
    // Most tags have one entry, and the first `push` would allocate memory for seventeen.
    this.slots = [slot];
    return 0;
  }
}
