import { GhostKeys } from './ghost-keys';
import { keyHash } from './key-hash';
import { FIRST_WINDOW, WindowChoice } from './window-choice';

/** Fewer entries show too little to learn from: they are evicted in the order of their last use. */
export const LEAST_ENTRIES = 32;
/** It is made anew when there are so many times the entries it was made for, and given up at a quarter of them. */
const MORE = 2;
const FEWER = 4;

/** What one namespace learns from its evictions on: which keys return, and which window suits its accesses. */
export class EvictionLearning {
  /** The window in use, as a share of the whole; 1 (LRU) while nothing is learned. */
  window = 1;
  /** What it takes on the heap. */
  bytes = 0;
  private ghosts: GhostKeys | undefined;
  private choice: WindowChoice | undefined;
  private bestWindow = FIRST_WINDOW;
  private leastEntries = 0;
  private mostEntries = LEAST_ENTRIES - 1;

  /** Whether it should begin, now that one of so many entries has to go, or begin anew for more of them. */
  isDue(entries: number): boolean {
    return entries > this.mostEntries;
  }

  /** What it would take on the heap for so many entries. */
  static bytesFor(entries: number): number {
    return GhostKeys.bytesFor(entries) + WindowChoice.bytesFor(entries);
  }

  begin(entries: number): void {
    this.giveUp();
    this.ghosts = new GhostKeys(entries);
    this.choice = new WindowChoice(entries, this.bestWindow);
    this.bytes = EvictionLearning.bytesFor(entries);
    this.window = this.bestWindow;
    this.mostEntries = entries * MORE;
    this.leastEntries = entries / FEWER;
  }

  /** Gives up what was learned if these are too few entries for the memory it takes. */
  left(entries: number): void {
    if (entries < this.leastEntries) this.giveUp();
  }

  /** A key was used in memory. */
  used(key: string): void {
    this.choice?.access(keyHash(key));
  }

  /** A key is being added to memory; returns whether it left not long ago and may have deserved to stay. */
  added(key: string): boolean {
    if (this.choice === undefined || this.ghosts === undefined) return false;
    const hash = keyHash(key);
    this.choice.access(hash);
    this.window = this.bestWindow = this.choice.window;
    return this.ghosts.take(hash);
  }

  /** A key left that belongs into the main queue if it returns. */
  remember(key: string): void {
    this.ghosts?.add(keyHash(key));
  }

  private giveUp(): void {
    this.ghosts = this.choice = undefined;
    this.window = 1;
    this.bytes = this.leastEntries = 0;
    this.mostEntries = LEAST_ENTRIES - 1;
  }
}
