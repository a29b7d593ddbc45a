const ROWS_PER_SLAB = 64;

/**
 * Rows of doubles for chunks that are still open, cut from a few large arrays: thousands of small typed arrays would
 * cost more in objects than in numbers. A row is known by its number.
 */
export class HeadRows {
  private readonly slabs: Float64Array[] = [];
  private readonly free: number[] = [];

  constructor(readonly width: number) {}

  take(): number {
    if (this.free.length === 0) this.grow();
    return this.free.pop()!;
  }

  release(row: number): void {
    this.free.push(row);
  }

  /** The row as a view of its slab: always the same memory, so what is written to it stays. */
  view(row: number): Float64Array {
    const start = this.offset(row);
    return this.slab(row).subarray(start, start + this.width);
  }

  /** The array a row lies in, for access without making a view. */
  slab(row: number): Float64Array {
    return this.slabs[Math.floor(row / ROWS_PER_SLAB)]!;
  }

  /** Where in its slab a row begins. */
  offset(row: number): number {
    return (row % ROWS_PER_SLAB) * this.width;
  }

  get bytes(): number {
    return this.slabs.length * ROWS_PER_SLAB * (this.width + 1) * 8;
  }

  private grow(): void {
    const first = this.slabs.length * ROWS_PER_SLAB;
    this.slabs.push(new Float64Array(ROWS_PER_SLAB * this.width));
    for (let row = first + ROWS_PER_SLAB - 1; row >= first; row--) this.free.push(row);
  }
}
