import type { EntryDetails } from './entry-details';
import { SlotIndex } from './slot-index';

export const NO_SLOT = -1;
const FIRST_CAPACITY = 16;

/**
 * Entries as columns, in the order of their last use. An entry is a slot number, and its numbers are in typed arrays. So
 * it takes a third of an object's memory, the garbage collector has nothing to trace, and a hit writes no pointer. Free
 * slots are chained through `older`. The layout follows lru-cache's.
 */
export class EntryTable {
  readonly index = new SlotIndex();
  readonly keys: (string | undefined)[] = [];
  readonly values: unknown[] = [];
  readonly promises: (Promise<unknown> | undefined)[] = [];
  readonly details: (EntryDetails | undefined)[] = [];
  /** Times are milliseconds of the cache's time. */
  freshUntil = new Float64Array(FIRST_CAPACITY);
  storedAt = new Float64Array(FIRST_CAPACITY);
  usedAt = new Float64Array(FIRST_CAPACITY);
  bytes = new Uint32Array(FIRST_CAPACITY);
  private older = new Int32Array(FIRST_CAPACITY);
  private newer = new Int32Array(FIRST_CAPACITY);
  private free = NO_SLOT;
  private used = 0;
  newest = NO_SLOT;
  oldest = NO_SLOT;

  get size(): number {
    return this.index.size;
  }

  /** Takes a slot for a key that has none, and makes it the most recently used. */
  add(key: string): number {
    const slot = this.takeSlot();
    this.index.add(key, slot);
    this.keys[slot] = key;
    this.linkNewest(slot);
    return slot;
  }

  remove(slot: number): void {
    this.index.remove(this.keys[slot]!);
    this.unlink(slot);
    this.keys[slot] = this.values[slot] = this.promises[slot] = this.details[slot] = undefined;
    this.older[slot] = this.free;
    this.free = slot;
  }

  touch(slot: number): void {
    if (slot === this.newest) return;
    this.unlink(slot);
    this.linkNewest(slot);
  }

  private takeSlot(): number {
    if (this.free !== NO_SLOT) {
      const slot = this.free;
      this.free = this.older[slot]!;
      return slot;
    }
    if (this.used === this.older.length) this.grow();
    const slot = this.used++;
    this.keys.push(undefined);
    this.values.push(undefined);
    this.promises.push(undefined);
    this.details.push(undefined);
    return slot;
  }

  private linkNewest(slot: number): void {
    this.older[slot] = this.newest;
    this.newer[slot] = NO_SLOT;
    if (this.newest === NO_SLOT) this.oldest = slot;
    else this.newer[this.newest] = slot;
    this.newest = slot;
  }

  private unlink(slot: number): void {
    const older = this.older[slot]!;
    const newer = this.newer[slot]!;
    if (older === NO_SLOT) this.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NO_SLOT) this.newest = older;
    else this.older[newer] = older;
  }

  private grow(): void {
    const capacity = this.older.length + Math.max(FIRST_CAPACITY, this.older.length >>> 1);
    this.freshUntil = widened(this.freshUntil, new Float64Array(capacity));
    this.storedAt = widened(this.storedAt, new Float64Array(capacity));
    this.usedAt = widened(this.usedAt, new Float64Array(capacity));
    this.bytes = widened(this.bytes, new Uint32Array(capacity));
    this.older = widened(this.older, new Int32Array(capacity));
    this.newer = widened(this.newer, new Int32Array(capacity));
  }
}

function widened<T extends Float64Array | Uint32Array | Int32Array>(old: T, wider: T): T {
  wider.set(old);
  return wider;
}
