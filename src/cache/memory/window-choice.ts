import { MiniatureCache } from './miniature-cache';

/** The windows to choose from, as shares of the whole. The last is LRU. */
const WINDOWS = [0.01, 0.05, 0.15, 0.3, 1];
/** The best on most traces. */
export const FIRST_WINDOW = 0.15;
/** How many entries a miniature cache has. Fewer decide by chance more often. */
const MINIATURE_ENTRIES = 128;
/** A decision is made after this many accesses for each entry of a miniature. */
const ACCESSES_PER_ENTRY = 10;
/** What counts of the hits before the last decision. */
const KEPT_AT_DECISION = 0.9;
/** Another window is taken if its hit ratio is better by more than this. */
const MARGIN = 0.01;

/**
 * Chooses how large the window of a cache is, by what miniature caches with different windows would have made of a sample
 * of the accesses (miniature simulation: Waldspurger et al., USENIX ATC 2017).
 */
export class WindowChoice {
  private readonly miniatures: readonly MiniatureCache[];
  private readonly sampledBelow: number;
  private readonly accessesPerDecision: number;
  private accesses = 0;
  /** The same with what is left of earlier ones. */
  private weight = 0;

  constructor(
    entries: number,
    public window: number,
  ) {
    const miniature = miniatureEntries(entries);
    this.miniatures = WINDOWS.map((share) => new MiniatureCache(miniature, share));
    this.sampledBelow = (miniature / entries) * 0x1_0000_0000;
    this.accessesPerDecision = miniature * ACCESSES_PER_ENTRY;
  }

  /** What it takes on the heap for a cache of so many entries. */
  static bytesFor(entries: number): number {
    return WINDOWS.length * MiniatureCache.bytesFor(miniatureEntries(entries));
  }

  /** An access to the key with this hash, whether it was a hit or not. */
  access(hash: number): void {
    // The bits are mixed again, because the ghosts' buckets are chosen by the first ones.
    if (Math.imul(hash, 0x9e37_79b1) >>> 0 >= this.sampledBelow) return;
    for (const miniature of this.miniatures) miniature.access(hash);
    if (++this.accesses >= this.accessesPerDecision) this.decide();
  }

  private decide(): void {
    this.weight += this.accesses;
    this.accesses = 0;
    const inUse = this.miniatures.find(({ windowShare }) => windowShare === this.window)!;
    const best = this.miniatures.reduce((a, b) => (b.score > a.score ? b : a));
    if (best.score > inUse.score + MARGIN * this.weight) this.window = best.windowShare;
    for (const miniature of this.miniatures) miniature.score *= KEPT_AT_DECISION;
    this.weight *= KEPT_AT_DECISION;
  }
}

function miniatureEntries(entries: number): number {
  return Math.min(entries, MINIATURE_ENTRIES);
}
