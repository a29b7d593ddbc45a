import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { ValueCodec } from './value-codec';

/** How the lengths of runs of equal values are stored. */
const NO_RUNS = 0;
const BITMAP = 1;
const POSITIONS = 2;

/**
 * A row of doubles as runs of equal bits: where a value changes, and the changed values. A constant costs its one
 * value, an idle counter one byte per change.
 */
export class RunCodec {
  private readonly values: ValueCodec;
  private readonly changed: Float64Array;
  private readonly changedWords: Int32Array;
  private readonly starts: Uint32Array;

  constructor(capacity: number) {
    this.values = new ValueCodec(capacity);
    this.changed = new Float64Array(capacity);
    this.changedWords = new Int32Array(this.changed.buffer);
    this.starts = new Uint32Array(capacity + 1);
  }

  /** @param words the `count` values as pairs of low and high word */
  encode(writer: ByteWriter, values: Float64Array, words: Int32Array, count: number): void {
    const runs = this.findRuns(words, count);
    if (runs === count) {
      writer.u8(NO_RUNS);
      this.values.encode(writer, values, words, count);
      return;
    }
    const begin = writer.length;
    const gapBits = bitsFor(count);
    const asBitmap = count - 1 <= (runs - 1) * gapBits;
    writer.u8(asBitmap ? BITMAP : POSITIONS);
    writer.varint(runs);
    for (let run = 1, at = 1; run < runs; run++) {
      const start = this.starts[run]!;
      if (!asBitmap) writer.bits(start, gapBits);
      else for (; at <= start; at++) writer.bits(at === start ? 1 : 0, 1);
    }
    writer.alignBits();
    this.values.encode(writer, this.changed, this.changedWords, runs);
    if (runs * 2 < count) return;
    // With short runs the map of changes may cost more than the repetitions it saves.
    const withRuns = writer.length - begin;
    writer.u8(NO_RUNS);
    this.values.encode(writer, values, words, count);
    const withoutRuns = writer.length - begin - withRuns;
    if (withoutRuns < withRuns) writer.remove(begin, withRuns);
    else writer.truncate(begin + withRuns);
  }

  /** Fills `values` (whose memory `words` is) from its beginning. */
  decode(reader: ByteReader, values: Float64Array, words: Int32Array, count: number): void {
    const layout = reader.u8();
    if (layout === NO_RUNS) {
      this.values.decode(reader, values, words, count);
      return;
    }
    const runs = reader.varint();
    if (layout === BITMAP) this.readBitmap(reader, runs);
    else for (let run = 1, bits = bitsFor(count); run < runs; run++) this.starts[run] = reader.bits(bits);
    reader.alignBits();
    this.values.decode(reader, values, words, runs);
    this.spread(words, runs, count);
  }

  /** One bit for each value but the first: whether a run begins there. */
  private readBitmap(reader: ByteReader, runs: number): void {
    for (let run = 1, at = 1; run < runs; at++) if (reader.bits(1) === 1) this.starts[run++] = at;
  }

  /** From the back, so that no value is overwritten before it was copied to its run. */
  private spread(words: Int32Array, runs: number, count: number): void {
    this.starts[0] = 0;
    for (let run = runs - 1, end = count; run >= 0; run--) {
      const low = words[run * 2]!;
      const high = words[run * 2 + 1]!;
      const start = this.starts[run]!;
      for (let at = start; at < end; at++) {
        words[at * 2] = low;
        words[at * 2 + 1] = high;
      }
      end = start;
    }
  }

  private findRuns(words: Int32Array, count: number): number {
    let runs = 0;
    for (let i = 0; i < count; i++) {
      const low = words[i * 2]!;
      const high = words[i * 2 + 1]!;
      if (i > 0 && low === words[i * 2 - 2] && high === words[i * 2 - 1]) continue;
      this.starts[runs] = i;
      this.changedWords[runs * 2] = low;
      this.changedWords[runs * 2 + 1] = high;
      runs++;
    }
    return runs;
  }
}

const bitsFor = (count: number) => 32 - Math.clz32(count - 1);
