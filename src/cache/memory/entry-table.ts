import type { EntryDetails } from './entry-details';
import { EvictionOrder, NO_SLOT } from './eviction-order';
import { SlotIndex } from './slot-index';

const FIRST_CAPACITY = 16;

/**
 * Entries as columns. An entry is a slot number, and its numbers are in typed arrays. So it takes a third of an object's
 * memory, the garbage collector has nothing to trace, and a hit writes no pointer. Free slots are chained through
 * `storedAt`. The layout follows lru-cache's.
 */
export class EntryTable {
  readonly index = new SlotIndex();
  readonly order = new EvictionOrder(FIRST_CAPACITY);
  readonly keys: (string | undefined)[] = [];
  readonly values: unknown[] = [];
  readonly promises: (Promise<unknown> | undefined)[] = [];
  readonly details: (EntryDetails | undefined)[] = [];
  /** Times are milliseconds of the cache's time. */
  freshUntil = new Float64Array(FIRST_CAPACITY);
  storedAt = new Float64Array(FIRST_CAPACITY);
  usedAt = new Float64Array(FIRST_CAPACITY);
  private free = NO_SLOT;
  private taken = 0;

  get size(): number {
    return this.index.size;
  }

  /** Takes a slot for a key that has none. */
  add(key: string, bytes: number, returning: boolean): number {
    const slot = this.takeSlot();
    this.index.add(key, slot);
    this.keys[slot] = key;
    this.order.add(slot, bytes, returning);
    return slot;
  }

  remove(slot: number): void {
    this.index.remove(this.keys[slot]!);
    this.order.remove(slot);
    this.keys[slot] = this.values[slot] = this.promises[slot] = this.details[slot] = undefined;
    this.storedAt[slot] = this.free;
    this.free = slot;
  }

  private takeSlot(): number {
    if (this.free !== NO_SLOT) {
      const slot = this.free;
      this.free = this.storedAt[slot]!;
      return slot;
    }
    if (this.taken === this.storedAt.length) this.grow();
    const slot = this.taken++;
    this.keys.push(undefined);
    this.values.push(undefined);
    this.promises.push(undefined);
    this.details.push(undefined);
    return slot;
  }

  private grow(): void {
    const capacity = this.storedAt.length + Math.max(FIRST_CAPACITY, this.storedAt.length >>> 1);
    this.freshUntil = widened(this.freshUntil, capacity);
    this.storedAt = widened(this.storedAt, capacity);
    this.usedAt = widened(this.usedAt, capacity);
    this.order.grow(capacity);
  }
}

function widened(old: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(capacity);
  wider.set(old);
  return wider;
}
