/** The removal of all entries whose keys begin with a prefix, while it is under way: those it has not come to are misses. */
export class PrefixRemoval {
  /** The slot it comes to next. */
  slot = 0;
  private readonly end: number;
  /** Slots that got another entry since it began. */
  private readonly storedSince = new Set<number>();

  constructor(
    private readonly prefix: string,
    private readonly keys: readonly (string | undefined)[],
  ) {
    this.end = keys.length;
  }

  get isOver(): boolean {
    return this.slot >= this.end;
  }

  /** Whether the entry will be removed. */
  includes(slot: number): boolean {
    if (slot < this.slot || slot >= this.end || this.storedSince.has(slot)) return false;
    return this.keys[slot]?.startsWith(this.prefix) === true;
  }

  /** An entry was stored in this slot. */
  stored(slot: number): void {
    if (slot >= this.slot && slot < this.end) this.storedSince.add(slot);
  }
}
