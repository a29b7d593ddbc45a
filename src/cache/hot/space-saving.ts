/**
 * Finds the most frequent of many names in fixed memory: a new name takes the place, and the count, of the rarest name
 * that is kept. Every name with more than 1/capacity of all additions is kept. Counts are too high by at most the count
 * of the rarest name.
 * "Space-Saving": Metwally, Agrawal, El Abbadi, Efficient Computation of Frequent and Top-k Elements in Data Streams, 2005.
 */
export class SpaceSaving {
  private readonly counts = new Map<string, number>();
  /** Names that had the least count when they were looked for; some may have a higher one by now. */
  private rare: string[] = [];
  private least = 0;

  constructor(private readonly capacity: number) {}

  add(name: string, times = 1): void {
    const count = this.counts.get(name);
    if (count !== undefined) this.counts.set(name, count + times);
    else if (this.counts.size < this.capacity) {
      this.counts.set(name, times);
      this.rare = [];
    } else {
      this.counts.delete(this.rarest());
      this.counts.set(name, this.least + times);
    }
  }

  /** The `limit` most frequent names, most frequent first. */
  top(limit: number): readonly { readonly name: string; readonly count: number }[] {
    return [...this.counts]
      .map(([name, count]) => ({ name, count }))
      .toSorted((one, other) => other.count - one.count)
      .slice(0, limit);
  }

  /** Halves all counts, so that names that were frequent long ago are replaced. */
  age(): void {
    this.rare = [];
    for (const [name, count] of this.counts) {
      if (count <= 1) this.counts.delete(name);
      else this.counts.set(name, count / 2);
    }
  }

  /** One of the rarest names. They are looked for together, because each search goes through all names. */
  private rarest(): string {
    for (;;) {
      const name = this.rare.pop();
      if (name === undefined) this.findRare();
      else if (this.counts.get(name) === this.least) return name;
    }
  }

  private findRare(): void {
    this.least = Math.min(...this.counts.values());
    for (const [name, count] of this.counts) if (count === this.least) this.rare.push(name);
  }
}
