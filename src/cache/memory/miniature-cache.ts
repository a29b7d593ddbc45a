import { EvictionOrder } from './eviction-order';
import { GhostKeys } from './ghost-keys';

/** Its objects, and for each entry its columns and its place in the Map; measured. */
const OBJECTS_BYTES = 3_000;
const ENTRY_BYTES = 80;

/** What a cache with this window would do with a sample of the keys: it holds no values. */
export class MiniatureCache {
  /** Hits since the last decision, and what is left of earlier ones. */
  score = 0;
  private readonly slots = new Map<number, number>();
  private readonly hashes: Int32Array;
  private readonly order: EvictionOrder;
  private readonly ghosts: GhostKeys;

  constructor(
    private readonly entries: number,
    readonly windowShare: number,
  ) {
    this.hashes = new Int32Array(entries);
    this.order = new EvictionOrder(entries, windowShare);
    this.ghosts = new GhostKeys(entries);
  }

  static bytesFor(entries: number): number {
    return OBJECTS_BYTES + ENTRY_BYTES * entries;
  }

  access(hash: number): void {
    const slot = this.slots.get(hash);
    if (slot === undefined) return this.add(hash);
    this.order.use(slot);
    this.score++;
  }

  private add(hash: number): void {
    const slot = this.order.size < this.entries ? this.order.size : this.evict();
    this.slots.set(hash, slot);
    this.hashes[slot] = hash;
    this.order.add(slot, 1, this.ghosts.take(hash));
  }

  /** Returns the slot that became free. */
  private evict(): number {
    const slot = this.order.victim('size');
    const hash = this.hashes[slot]!;
    if (!this.order.isInMain(slot)) this.ghosts.add(hash);
    this.order.remove(slot);
    this.slots.delete(hash);
    return slot;
  }
}
