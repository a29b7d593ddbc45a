/** V8 copies a Map when it grows or shrinks: with this many keys in well under a millisecond, with 200,000 in several. */
const MAX_WHOLE = 16_384;
/** A power of two. With MAX_WHOLE keys in each, the parts hold a million entries. */
export const PARTS = 64;

/**
 * The slots of keys. It is one Map until its next growth would hold the event loop for too long; from then on it is 64
 * Maps, each of which grows and shrinks by itself.
 */
export class SlotIndex {
  private whole = new Map<string, number>();
  private parts: readonly Map<string, number>[] | undefined;
  size = 0;

  get(key: string): number | undefined {
    return this.parts === undefined ? this.whole.get(key) : this.parts[partOf(key)]!.get(key);
  }

  /** Adds the slot of a key that has none. */
  add(key: string, slot: number): void {
    if (this.parts === undefined && this.size === MAX_WHOLE) this.split();
    this.mapOf(key).set(key, slot);
    this.size++;
  }

  /** Removes a key that has a slot. */
  remove(key: string): void {
    this.mapOf(key).delete(key);
    this.size--;
  }

  private mapOf(key: string): Map<string, number> {
    return this.parts === undefined ? this.whole : this.parts[partOf(key)]!;
  }

  private split(): void {
    const parts = Array.from({ length: PARTS }, () => new Map<string, number>());
    for (const [key, slot] of this.whole) parts[partOf(key)]!.set(key, slot);
    this.parts = parts;
    this.whole = new Map();
  }
}

/**
 * The part a key belongs to, by eight of its characters: most keys differ at the end or in the middle. It is no loop,
 * because the processor would not predict its end, which costs more than the hash itself.
 */
export function partOf(key: string): number {
  const end = key.length;
  let hash = mix(end, key, end - 1);
  hash = mix(hash, key, end - 2);
  hash = mix(hash, key, end - 3);
  hash = mix(hash, key, end >>> 2);
  hash = mix(hash, key, Math.trunc(end / 3));
  hash = mix(hash, key, end >>> 1);
  hash = mix(hash, key, Math.trunc((end * 2) / 3));
  hash = mix(hash, key, end - 1 - (end >>> 2));
  return (hash ^ (hash >>> 6) ^ (hash >>> 12)) & (PARTS - 1);
}

function mix(hash: number, key: string, at: number): number {
  return Math.imul(hash, 31) + key.charCodeAt(at);
}
