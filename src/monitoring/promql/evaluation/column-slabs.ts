import type { Labels } from '../../series/labels';
import type { Column } from './value';

const FIRST_SLAB_VALUES = 256;
const SLAB_VALUES = 8_192;

/**
 * Columns cut from a few large arrays. Ten thousand with memory of their own are twenty thousand buffers for the garbage
 * collector to move, count and free, and one such collection holds the event loop longer than the query's own slices.
 */
export class ColumnSlabs {
  private values = new Float64Array(0);
  private present = new Uint8Array(0);
  private used = 0;

  /** A column without a value at any step. Its memory goes when all columns of its slab are gone. */
  take(labels: Labels, steps: number): Column {
    if (this.used + steps > this.present.length) this.grow(steps);
    const from = this.used;
    this.used += steps;
    return {
      labels,
      values: this.values.subarray(from, this.used),
      present: this.present.subarray(from, this.used),
    };
  }

  /** Gives back the column taken last; it must be unused, without any value present. */
  giveBack({ present }: Column): void {
    if (present.buffer === this.present.buffer && present.byteOffset + present.length === this.used) {
      this.used = present.byteOffset;
    }
  }

  /** A small query takes little; a column longer than a slab has one for itself. */
  private grow(steps: number): void {
    const next = Math.min(Math.max(FIRST_SLAB_VALUES, this.present.length * 2), SLAB_VALUES);
    const size = Math.max(next, steps);
    this.values = new Float64Array(size);
    this.present = new Uint8Array(size);
    this.used = 0;
  }
}
