import type { ChunkCodec } from './codec/chunk-codec';
import type { HourBlocks } from './hour-blocks';
import type { MemorySeries } from './memory-series';
import type { OpenChunks } from './open-chunks';
import type { Samples } from './series-store';

/** Memory for the samples of one series after the other; it grows to the longest. */
export class SampleBuffer {
  timestamps = new Float64Array(0);
  values = new Float64Array(0);

  /** Makes the buffer large enough for so many samples; its contents are lost. */
  reserve(samples: number): void {
    if (samples <= this.values.length) return;
    const size = Math.max(samples, this.values.length * 2);
    this.timestamps = new Float64Array(size);
    this.values = new Float64Array(size);
  }
}

/** Puts the samples of one series together from its sealed chunks and its open one. */
export class SampleReader {
  constructor(
    private readonly codec: ChunkCodec,
    private readonly blocks: HourBlocks,
    private readonly openChunks: OpenChunks,
  ) {}

  /** @returns views of the buffer; `undefined` when there are none with fromMs ≤ time ≤ toMs */
  read(series: MemorySeries, fromMs: number, toMs: number, buffer: SampleBuffer): Samples | undefined {
    if (series.lastMs < fromMs || series.firstMs > toMs) return undefined;
    const openFromMs = series.count > 0 ? this.openChunks.firstMs(series) : Infinity;
    const sealed = openFromMs <= fromMs ? [] : this.blocks.find(series.id, fromMs, toMs);
    const open = openFromMs <= toMs ? series.count : 0;
    const capacity = sealed.reduce((sum, chunk) => sum + chunk.count, open);
    buffer.reserve(capacity);
    const { timestamps, values } = buffer;
    let at = 0;
    for (const { page, offset } of sealed) at += this.codec.decode(page, offset, timestamps, values, at);
    if (open > 0) {
      this.openChunks.copyTimes(series, timestamps.subarray(at));
      values.set(this.openChunks.values(series), at);
    }
    const first = firstNotBefore(timestamps, capacity, fromMs);
    const end = firstNotBefore(timestamps, capacity, Math.floor(toMs) + 1); // times are whole milliseconds
    if (first >= end) return undefined;
    return { timestamps: timestamps.subarray(first, end), values: values.subarray(first, end) };
  }
}

/** The index of the first of so many times that is not before `timeMs`, by bisection. */
function firstNotBefore(timestamps: Float64Array, count: number, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestamps[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
