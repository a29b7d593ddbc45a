import type { ChunkCodec } from './codec/chunk-codec';
import type { ClockEpochs } from './clock-epochs';
import type { ChunkPlace, HourBlocks } from './hour-blocks';
import type { MemorySeries } from './memory-series';
import type { OpenChunks } from './open-chunks';
import { firstNotBefore, join, without } from './sample-runs';
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
    private readonly epochs: ClockEpochs,
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
    if (sealed.some(({ epoch }) => epoch !== series.epoch)) at = this.readEpochs(series, sealed, open, buffer);
    else {
      for (const { page, offset } of sealed) at += this.codec.decode(page, offset, timestamps, values, at);
      at += this.copyOpen(series, open, timestamps.subarray(at), values.subarray(at));
    }
    const first = firstNotBefore(timestamps, at, fromMs);
    // Times are whole milliseconds. What is later than the last sample was taken while the clock was ahead.
    const end = firstNotBefore(timestamps, at, Math.floor(Math.min(toMs, series.lastMs)) + 1);
    if (first >= end) return undefined;
    return { timestamps: timestamps.subarray(first, end), values: values.subarray(first, end) };
  }
  /** Copies what is in the open chunk, when it is asked for. @returns how many samples */
  private copyOpen(series: MemorySeries, count: number, timestamps: Float64Array, values: Float64Array): number {
    if (count === 0) return 0;
    this.openChunks.copyTimes(series, timestamps);
    values.set(this.openChunks.values(series));
    return count;
  }

  /** The clock was set back while these were taken: what a later epoch has is seen instead of what earlier ones have. */
  private readEpochs(series: MemorySeries, sealed: readonly ChunkPlace[], open: number, buffer: SampleBuffer): number {
    let runs: Samples[] = [];
    for (let epoch = Math.min(...sealed.map((chunk) => chunk.epoch)); epoch <= series.epoch; epoch++) {
      const hidden = this.epochs.get(epoch);
      if (hidden !== undefined) runs = without(runs, hidden.fromMs, hidden.untilMs);
      for (const { page, offset, count } of sealed.filter((chunk) => chunk.epoch === epoch)) {
        const run = { timestamps: new Float64Array(count), values: new Float64Array(count) };
        this.codec.decode(page, offset, run.timestamps, run.values, 0);
        runs.push(run);
      }
    }
    if (open > 0) {
      const run = { timestamps: new Float64Array(open), values: new Float64Array(open) };
      this.copyOpen(series, open, run.timestamps, run.values);
      runs.push(run);
    }
    return join(runs, buffer.timestamps, buffer.values);
  }
}
