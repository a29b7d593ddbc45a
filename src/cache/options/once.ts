const MAX_NAMES = 1_000;

/** Tells the first time something is seen from all others, for at most 1,000 things. */
export class Once {
  private readonly seen = new Set<string>();

  isFirst(name: string): boolean {
    if (this.seen.has(name) || this.seen.size >= MAX_NAMES) return false;
    this.seen.add(name);
    return true;
  }
}
