import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { IntegerCodec } from './integer-codec';

const EVEN = 0;
const RUNS = 1;
const STEPS = 2;

/**
 * Ascending whole milliseconds, of which the first, the last and the number are known. A fixed grid costs one byte,
 * a grid with gaps about three per gap, anything else its jitter.
 */
export class TimeCodec {
  private readonly integers: IntegerCodec;
  private readonly steps: Float64Array;

  constructor(capacity: number) {
    this.integers = new IntegerCodec(capacity);
    this.steps = new Float64Array(capacity);
  }

  encode(writer: ByteWriter, timestamps: Float64Array, count: number): void {
    let runs = 0;
    for (let i = 1; i < count; i++) {
      const step = timestamps[i]! - timestamps[i - 1]!;
      if (i === 1 || step !== this.steps[i - 2]) runs++;
      this.steps[i - 1] = step;
    }
    if (runs <= 1) writer.u8(EVEN);
    else if (runs * 4 < count) this.encodeRuns(writer, count - 1);
    else {
      writer.u8(STEPS);
      this.integers.encode(writer, this.steps, count - 1);
    }
  }

  decode(reader: ByteReader, timestamps: Float64Array, firstMs: number, lastMs: number, count: number): void {
    const layout = reader.u8();
    timestamps[0] = firstMs;
    if (layout === EVEN) {
      const step = count > 1 ? (lastMs - firstMs) / (count - 1) : 0;
      for (let i = 1; i < count; i++) timestamps[i] = firstMs + i * step;
    } else if (layout === RUNS) {
      for (let i = 1; i < count;) {
        const step = reader.varint();
        for (const end = i + reader.varint(); i < end; i++) timestamps[i] = timestamps[i - 1]! + step;
      }
    } else {
      this.integers.decode(reader, this.steps, count - 1);
      for (let i = 1; i < count; i++) timestamps[i] = timestamps[i - 1]! + this.steps[i - 1]!;
    }
  }

  private encodeRuns(writer: ByteWriter, steps: number): void {
    writer.u8(RUNS);
    for (let start = 0, end = 0; start < steps; start = end) {
      while (end < steps && this.steps[end] === this.steps[start]) end++;
      writer.varint(this.steps[start]!);
      writer.varint(end - start);
    }
  }
}
