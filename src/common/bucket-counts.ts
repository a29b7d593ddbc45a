/**
 * Counts values per bucket with inclusive upper bounds (`le`), exactly: a value that equals a bound is below it.
 * Recording searches from the smallest bound, allocates nothing and costs a few nanoseconds.
 */
export class BucketCounts {
  private readonly counts: Float64Array;
  private total = 0;
  private added = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Counts one value; the caller has made sure that it is a number. */
  record(value: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > bounds[index]!) index++;
    counts[index] = counts[index]! + 1;
    this.total++;
    this.added += value;
  }

  get count(): number {
    return this.total;
  }
  get sum(): number {
    return this.added;
  }

  /** How many values were at most each bound. */
  cumulative(): number[] {
    let seen = 0;
    return this.bounds.map((_, index) => (seen += this.counts[index]!));
  }

  reset(): void {
    this.counts.fill(0);
    this.total = this.added = 0;
  }
}
