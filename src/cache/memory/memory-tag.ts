import { stringBytes } from '../values/value-size';

/** A tag's object and its place in the index, measured. */
const TAG_BYTES = 150;

/**
 * One life of a tag in memory. Invalidating the tag kills this object, which every entry of the tag refers to; entries
 * stored later get a new one. So an invalidation takes effect at once whatever the number of entries, and a hit needs no
 * look-up by name.
 */
export class MemoryTag {
  dead = false;
  /** The entries that carry it, so that they can be removed without looking at any other. */
  slots: number[] = [];

  constructor(readonly name: string) {}

  /** What it takes on the heap besides its list. */
  get bytes(): number {
    return TAG_BYTES + stringBytes(this.name);
  }

  /** Notes an entry, and answers its place in the list. */
  add(slot: number): number {
    if (this.slots.length > 0) return this.slots.push(slot) - 1;
    // Most tags have one entry: the first `push` would make room for seventeen.
    this.slots = [slot];
    return 0;
  }
}
