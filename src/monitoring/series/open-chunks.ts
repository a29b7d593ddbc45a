import { HeadRows } from './head-rows';
import type { MemorySeries } from './memory-series';
import { writeStale } from './staleness';
import { TickRing } from './tick-ring';

/**
 * Ticks remembered beyond the length of a chunk, so that the sweep finds an idle chunk before its times are overwritten.
 */
const RING_CHUNKS = 4;

/**
 * The chunks that still grow, one per series: values in a row, and times in a second row unless they follow the ticks.
 */
export class OpenChunks {
  private readonly rows: HeadRows;
  private readonly ticks: TickRing;
  samples = 0;

  /** @param capacity samples of a chunk */
  constructor(readonly capacity: number) {
    this.rows = new HeadRows(capacity);
    this.ticks = new TickRing(capacity * RING_CHUNKS);
  }

  get bytes(): number {
    return this.rows.bytes + this.ticks.capacity * 8;
  }

  get tickMs(): number {
    return this.ticks.currentMs;
  }

  beginTick(timestampMs: number): void {
    this.ticks.add(timestampMs);
  }

  /** Adds a sample; `undefined` as the value is a stale mark. The chunk must not be full. */
  push(series: MemorySeries, timestampMs: number, value: number | undefined): void {
    if (series.valueRow < 0) this.begin(series, timestampMs);
    else if (series.timeRow < 0 && !this.continuesTicks(series, timestampMs)) this.leaveTicks(series);
    const slab = this.rows.slab(series.valueRow);
    const at = this.rows.offset(series.valueRow) + series.count;
    if (value === undefined) writeStale(slab, at);
    else slab[at] = value;
    if (series.timeRow >= 0) this.rows.view(series.timeRow)[series.count] = timestampMs;
    series.count++;
    series.lastTick = this.ticks.current;
    this.samples++;
  }

  /**
   * Whether the chunk should be sealed now. Chunks on the grid end at a tick that depends on the series, so that of
   * ten thousand series begun together only a few end with each tick.
   */
  isComplete(series: MemorySeries): boolean {
    if (series.count === this.capacity) return true;
    return series.timeRow < 0 && (this.ticks.current + series.id) % this.capacity === 0;
  }

  /** Whether nothing was added for as many ticks as a chunk is long, or only what is older. */
  isIdle(series: MemorySeries): boolean {
    if (series.valueRow < 0 || this.ticks.current < this.capacity) return false;
    const fromTick = this.ticks.current - this.capacity;
    // By number: where the clock was set back, ticks before have later times.
    return series.lastTick < fromTick || (series.timeRow >= 0 && series.lastMs < this.ticks.timeOf(fromTick));
  }

  firstMs(series: MemorySeries): number {
    return series.timeRow < 0 ? this.ticks.timeOf(series.firstTick) : this.rows.view(series.timeRow)[0]!;
  }

  values(series: MemorySeries): Float64Array {
    return this.rows.view(series.valueRow).subarray(0, series.count);
  }

  /** Writes the times to the beginning of `target`. */
  copyTimes(series: MemorySeries, target: Float64Array): void {
    if (series.timeRow < 0) this.ticks.copy(series.firstTick, series.count, target);
    else target.set(this.rows.view(series.timeRow).subarray(0, series.count));
  }

  end(series: MemorySeries): void {
    this.samples -= series.count;
    this.rows.release(series.valueRow);
    if (series.timeRow >= 0) this.rows.release(series.timeRow);
    series.valueRow = series.timeRow = -1;
    series.count = 0;
  }

  private begin(series: MemorySeries, timestampMs: number): void {
    series.valueRow = this.rows.take();
    series.count = 0;
    if (timestampMs === this.ticks.currentMs) series.firstTick = this.ticks.current;
    else if (this.ticks.current > 0 && timestampMs === this.ticks.timeOf(this.ticks.current - 1)) {
      series.firstTick = this.ticks.current - 1; // of a counter that came into being since then
    } else series.timeRow = this.rows.take();
  }

  private continuesTicks(series: MemorySeries, timestampMs: number): boolean {
    return timestampMs === this.ticks.currentMs && series.firstTick + series.count === this.ticks.current;
  }

  /** For a sample between two ticks, or after a missed tick: from now on the chunk stores its own times. */
  private leaveTicks(series: MemorySeries): void {
    const row = this.rows.take();
    this.ticks.copy(series.firstTick, series.count, this.rows.view(row));
    series.timeRow = row;
  }
}
