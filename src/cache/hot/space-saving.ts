/**
 * The most frequent of many names in fixed memory: a new name takes the place, and the count, of the rarest one kept.
 * Every name seen more often than 1/capacity of the time is kept; counts are too high by at most the rarest count.
 * "Space-Saving": Metwally, Agrawal, El Abbadi, Efficient Computation of Frequent and Top-k Elements in Data Streams, 2005.
 */
export class SpaceSaving {
  private readonly counts = new Map<string, number>();

  constructor(private readonly capacity: number) {}

  add(name: string, times = 1): void {
    const count = this.counts.get(name);
    if (count !== undefined || this.counts.size < this.capacity) {
      this.counts.set(name, (count ?? 0) + times);
      return;
    }
    const [rarest, least] = this.rarest();
    this.counts.delete(rarest);
    this.counts.set(name, least + times);
  }

  /** The `limit` most frequent names, most frequent first. */
  top(limit: number): readonly { readonly name: string; readonly count: number }[] {
    return [...this.counts]
      .map(([name, count]) => ({ name, count }))
      .toSorted((one, other) => other.count - one.count)
      .slice(0, limit);
  }

  /** Halves all counts, so that what was frequent long ago gives way. */
  age(): void {
    for (const [name, count] of this.counts) {
      if (count <= 1) this.counts.delete(name);
      else this.counts.set(name, count / 2);
    }
  }

  private rarest(): readonly [string, number] {
    let found: readonly [string, number] = ['', Number.POSITIVE_INFINITY];
    for (const entry of this.counts) if (entry[1] < found[1]) found = entry;
    return found;
  }
}
