/** How many keys one bucket holds; the fewer, the more keys are forgotten early by chance. */
const BUCKET = 8;
/** How many keys are remembered for each one that memory holds. */
const KEPT_PER_ENTRY = 1.25;
/** No key has this hash. */
const NONE = 0;

/** The keys (their hashes) that left last without having had their chance: one of them that returns is no one-off. */
export class GhostKeys {
  private readonly hashes: Int32Array;
  private readonly buckets: number;

  constructor(entries: number) {
    this.buckets = bucketsFor(entries);
    this.hashes = new Int32Array(this.buckets * BUCKET);
  }

  /** What it takes on the heap for a cache of so many entries. */
  static bytesFor(entries: number): number {
    return bucketsFor(entries) * BUCKET * Int32Array.BYTES_PER_ELEMENT;
  }

  /** Remembers a key in place of the oldest one of its bucket. */
  add(hash: number): void {
    const first = this.firstOf(hash);
    this.hashes.copyWithin(first + 1, first, first + BUCKET - 1);
    this.hashes[first] = hash;
  }

  /** Whether the key is remembered; if so it is forgotten. */
  take(hash: number): boolean {
    const { hashes } = this;
    const first = this.firstOf(hash);
    for (let at = first; at < first + BUCKET; at++) {
      if (hashes[at] !== hash) continue;
      hashes.copyWithin(at, at + 1, first + BUCKET);
      hashes[first + BUCKET - 1] = NONE;
      return true;
    }
    return false;
  }

  private firstOf(hash: number): number {
    return Math.floor(((hash >>> 0) / 0x1_0000_0000) * this.buckets) * BUCKET;
  }
}

function bucketsFor(entries: number): number {
  return Math.ceil((entries * KEPT_PER_ENTRY) / BUCKET);
}
