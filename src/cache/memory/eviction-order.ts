export const NO_SLOT = -1;

/** Which of the two limits an eviction is for: that of the entries, or that of their bytes. */
export type Measure = 'size' | 'bytes';

/** After a use that counts, uses do not count until this share of all entries has been added: they belong together. */
const SAME_USE_SHARE = 0.02;
/** Each turn of the main queue that an entry was used in earns it this many turns, up to the most it may keep. */
const TURNS_EARNED = 2;
const MAX_TURNS = 7;
/** So many entries are given another turn before one is evicted; the next one has to go, so that no eviction takes long. */
const MAX_SPARED = 64;

/** Slots from the one placed last to the one placed first. */
class Queue {
  newest = NO_SLOT;
  oldest = NO_SLOT;
  size = 0;
  bytes = 0;
}

/**
 * In which order entries are evicted. New ones pass through the window, which takes a share of the whole. An entry that is
 * used there moves to the main queue at its end, others are evicted. In the main queue, a used entry goes back to the front
 * instead of being evicted; how often depends on how many of its turns it was used in. With a window of everything, entries
 * are evicted in the order of their last use (LRU).
 *
 * The queues are those of S3-FIFO (Yang et al., SOSP 2023), the turns those of GCLOCK (Smith, 1978), uses that belong
 * together are what LRU-K (O'Neil et al., 1993) calls correlated references.
 */
export class EvictionOrder {
  readonly window = new Queue();
  readonly main = new Queue();
  bytes: Uint32Array;
  private older: Int32Array;
  private newer: Int32Array;
  /** From which addition on the next use counts. */
  private countsFrom: Int32Array;
  private inMain: Uint8Array;
  private used: Uint8Array;
  private turns: Uint8Array;
  /** How many entries were added so far, modulo 2^32. */
  private additions = 0;

  constructor(
    capacity: number,
    /** The share of the window, above 0 to 1. */
    public windowShare = 1,
  ) {
    this.bytes = new Uint32Array(capacity);
    this.older = new Int32Array(capacity);
    this.newer = new Int32Array(capacity);
    this.countsFrom = new Int32Array(capacity);
    this.inMain = new Uint8Array(capacity);
    this.used = new Uint8Array(capacity);
    this.turns = new Uint8Array(capacity);
  }

  get size(): number {
    return this.window.size + this.main.size;
  }

  grow(capacity: number): void {
    this.bytes = widened(this.bytes, new Uint32Array(capacity));
    this.older = widened(this.older, new Int32Array(capacity));
    this.newer = widened(this.newer, new Int32Array(capacity));
    this.countsFrom = widened(this.countsFrom, new Int32Array(capacity));
    this.inMain = widened(this.inMain, new Uint8Array(capacity));
    this.used = widened(this.used, new Uint8Array(capacity));
    this.turns = widened(this.turns, new Uint8Array(capacity));
  }

  /** Adds an entry; one that was evicted from the window not long ago has proved itself and goes to the main queue. */
  add(slot: number, bytes: number, returning: boolean): void {
    this.additions = (this.additions + 1) | 0;
    this.bytes[slot] = bytes;
    this.place(slot, returning && this.windowShare < 1);
    this.turns[slot] = 0;
  }

  remove(slot: number): void {
    const queue = this.queueOf(slot);
    const older = this.older[slot]!;
    const newer = this.newer[slot]!;
    if (older === NO_SLOT) queue.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NO_SLOT) queue.newest = older;
    else this.older[newer] = older;
    queue.size--;
    queue.bytes -= this.bytes[slot]!;
  }

  /** Notes a use; returns whether it counts. */
  use(slot: number): boolean {
    if (((this.additions - this.countsFrom[slot]!) | 0) < 0) return false;
    if (this.windowShare === 1 && this.inMain[slot] === 0) {
      this.remove(slot);
      this.place(slot, false);
    } else this.countFromLater(slot);
    this.used[slot] = 1;
    return true;
  }

  isInMain(slot: number): boolean {
    return this.inMain[slot] === 1;
  }

  /** Whether an entry that is about to be stored anew has proved itself: that is a use, too. */
  hasProved(slot: number): boolean {
    return this.inMain[slot] === 1 || this.used[slot] === 1 || this.use(slot);
  }

  /** The entry to evict. It has not been removed yet. */
  victim(by: Measure): number {
    let slot = this.next(by);
    for (let spared = 0; spared < MAX_SPARED && this.spare(slot); spared++) slot = this.next(by);
    return slot;
  }

  /** The entry that is considered next; NO_SLOT if there are none. */
  private next(by: Measure): number {
    const { window, main, windowShare } = this;
    // The last one of the window stays, because it may be the one that is being stored.
    const windowIsFull = window.size > 1 && window[by] > windowShare * (window[by] + main[by]);
    return windowIsFull || main.size === 0 ? window.oldest : main.oldest;
  }

  /** Places an entry anew, if it deserves that; returns whether it does. */
  private spare(slot: number): boolean {
    const { turns } = this;
    if (this.inMain[slot] === 0) {
      if (this.used[slot] === 0 || this.windowShare === 1) return false;
    } else if (this.used[slot] === 1) turns[slot] = Math.min(MAX_TURNS, turns[slot]! + TURNS_EARNED);
    else if (turns[slot]! > 0) turns[slot]!--;
    else return false;
    this.remove(slot);
    this.place(slot, true);
    return true;
  }

  private place(slot: number, inMain: boolean): void {
    this.inMain[slot] = inMain ? 1 : 0;
    this.used[slot] = 0;
    const queue = inMain ? this.main : this.window;
    this.older[slot] = queue.newest;
    this.newer[slot] = NO_SLOT;
    if (queue.newest === NO_SLOT) queue.oldest = slot;
    else this.newer[queue.newest] = slot;
    queue.newest = slot;
    queue.size++;
    queue.bytes += this.bytes[slot]!;
    this.countFromLater(slot);
  }

  private countFromLater(slot: number): void {
    this.countsFrom[slot] = this.additions + Math.floor(this.size * SAME_USE_SHARE);
  }

  private queueOf(slot: number): Queue {
    return this.inMain[slot] === 1 ? this.main : this.window;
  }
}

function widened<T extends Int32Array | Uint32Array | Uint8Array>(old: T, wider: T): T {
  wider.set(old);
  return wider;
}
