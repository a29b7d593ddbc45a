/** A sum that keeps what rounding loses (Neumaier's variant of Kahan's algorithm). */
export class KahanSum {
  sum = 0;
  private lost = 0;

  add(value: number): void {
    const total = this.sum + value;
    this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - total + value : value - total + this.sum;
    this.sum = total;
  }

  /** The sum with what was lost; NaN when the sum is infinite, because then what was lost is NaN. */
  get compensated(): number {
    return this.sum + this.lost;
  }
}
