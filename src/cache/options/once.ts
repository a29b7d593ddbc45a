const MAX_NAMES = 1_000;

/** Recognises the first use of each name, for at most 1,000 names; after that no name is first. */
export class Once {
  private readonly seen = new Set<string>();

  isFirst(name: string): boolean {
    if (this.seen.has(name) || this.seen.size >= MAX_NAMES) return false;
    this.seen.add(name);
    return true;
  }
}
