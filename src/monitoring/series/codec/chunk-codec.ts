import { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { RunCodec } from './run-codec';
import { TimeCodec } from './time-codec';

export interface ChunkHead {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
}

/**
 * A run of samples of one series as bytes: first time, span, number, times, values. Not re-entrant: one instance is
 * used by one store, and its buffers are reused from chunk to chunk.
 */
export class ChunkCodec {
  private readonly times: TimeCodec;
  private readonly runs: RunCodec;
  private readonly reader = new ByteReader();
  private readonly decodedTimes: Float64Array;
  private readonly decodedValues: Float64Array;
  private readonly decodedWords: Int32Array;

  /** @param capacity how many samples a chunk has at most */
  constructor(readonly capacity: number) {
    this.times = new TimeCodec(capacity);
    this.runs = new RunCodec(capacity);
    this.decodedTimes = new Float64Array(capacity);
    this.decodedValues = new Float64Array(capacity);
    this.decodedWords = new Int32Array(this.decodedValues.buffer);
  }

  /**
   * @param timestamps ascending whole milliseconds since the epoch, not negative
   * @param values not read as numbers where bits matter, so its memory has to begin at a multiple of 8
   */
  encode(writer: ByteWriter, timestamps: Float64Array, values: Float64Array, count: number): void {
    writer.varint(timestamps[0]!);
    writer.varint(timestamps[count - 1]! - timestamps[0]!);
    writer.varint(count);
    this.times.encode(writer, timestamps, count);
    this.runs.encode(writer, values, new Int32Array(values.buffer, values.byteOffset, count * 2), count);
  }

  /** What a chunk is about, without its samples. */
  head(bytes: Uint8Array, offset: number): ChunkHead {
    this.reader.open(bytes, offset);
    return this.readHead();
  }

  /** Writes the samples of the chunk from `at` on into both arrays. @returns how many */
  decode(bytes: Uint8Array, offset: number, timestamps: Float64Array, values: Float64Array, at: number): number {
    this.reader.open(bytes, offset);
    const { firstMs, lastMs, count } = this.readHead();
    this.times.decode(this.reader, this.decodedTimes, firstMs, lastMs, count);
    this.runs.decode(this.reader, this.decodedValues, this.decodedWords, count);
    timestamps.set(this.decodedTimes.subarray(0, count), at);
    values.set(this.decodedValues.subarray(0, count), at); // copies bytes, not numbers: NaN payloads stay
    return count;
  }

  private readHead(): ChunkHead {
    const firstMs = this.reader.varint();
    return { firstMs, lastMs: firstMs + this.reader.varint(), count: this.reader.varint() };
  }
}
