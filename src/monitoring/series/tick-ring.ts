/** The times of the last ticks. Open chunks of sampled series only know the number of their first tick. */
export class TickRing {
  private readonly times: Float64Array;
  private next = 0;

  /** @param capacity how many ticks are remembered */
  constructor(readonly capacity: number) {
    this.times = new Float64Array(capacity);
  }

  /** The number of the current tick; -1 before the first. */
  get current(): number {
    return this.next - 1;
  }

  /** The time of the current tick; -Infinity before the first. */
  get currentMs(): number {
    return this.next === 0 ? -Infinity : this.timeOf(this.next - 1);
  }

  add(timestampMs: number): void {
    this.times[this.next++ % this.capacity] = timestampMs;
  }

  timeOf(tick: number): number {
    return this.times[tick % this.capacity]!;
  }

  /** Writes the times of `count` ticks from `tick` on to the beginning of `target`. */
  copy(tick: number, count: number, target: Float64Array): void {
    for (let i = 0; i < count; i++) target[i] = this.timeOf(tick + i);
  }
}
