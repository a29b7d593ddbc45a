import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { decimalExponent, fromScaled, scaledInteger } from './decimal';
import { IntegerCodec } from './integer-codec';

/** Layouts of the values of a run: flags, of which those of decimals have the exponent in the high half of the byte. */
const DECIMALS = 0;
const WORDS = 1;
const HAS_EXCEPTIONS = 2;
/** One decimal in so many may be none (a NaN, -0, an infinity) and is patched. */
const DECIMALS_PER_EXCEPTION = 8;
const PROBES = 8;

/**
 * Doubles without loss, bit for bit, NaN payloads included. Decimals of up to 15 digits become whole numbers over one
 * power of ten; everything else is cut into its high word, which changes slowly and packs well, and its low word, which
 * is noise and is stored as wide as it is.
 */
export class ValueCodec {
  private readonly integers: IntegerCodec;
  private readonly numbers: Float64Array;
  private readonly exceptions: Uint32Array;
  private exceptionCount = 0;

  constructor(capacity: number) {
    this.integers = new IntegerCodec(capacity);
    this.numbers = new Float64Array(capacity);
    this.exceptions = new Uint32Array(capacity);
  }

  /** @param words the same memory as `values`, as pairs of low and high word */
  encode(writer: ByteWriter, values: Float64Array, words: Int32Array, count: number): void {
    const exponent = this.toDecimals(values, count);
    if (exponent === undefined) {
      writer.u8(WORDS);
      this.encodeWords(writer, words, count);
      return;
    }
    writer.u8(DECIMALS | (this.exceptionCount > 0 ? HAS_EXCEPTIONS : 0) | (exponent << 4));
    if (this.exceptionCount > 0) {
      writer.varint(this.exceptionCount);
      for (let i = 0; i < this.exceptionCount; i++) {
        const at = this.exceptions[i]!;
        writer.varint(at);
        writer.u32(words[at * 2]!);
        writer.u32(words[at * 2 + 1]!);
      }
    }
    this.integers.encode(writer, this.numbers, count);
  }

  /** Writes `count` values to the beginning of `values`, whose memory `words` is. */
  decode(reader: ByteReader, values: Float64Array, words: Int32Array, count: number): void {
    const flags = reader.u8();
    if (flags === WORDS) {
      this.decodeWords(reader, words, count);
      return;
    }
    const exceptions: number[] = [];
    for (let left = flags & HAS_EXCEPTIONS ? reader.varint() : 0; left > 0; left--) {
      exceptions.push(reader.varint(), reader.i32(), reader.i32());
    }
    const exponent = flags >> 4;
    this.integers.decode(reader, values, count);
    if (exponent > 0) for (let i = 0; i < count; i++) values[i] = fromScaled(values[i]!, exponent);
    for (let i = 0; i < exceptions.length; i += 3) {
      words[exceptions[i]! * 2] = exceptions[i + 1]!;
      words[exceptions[i]! * 2 + 1] = exceptions[i + 2]!;
    }
  }

  /** Fills `numbers` and `exceptions`. @returns the exponent, `undefined` when these are not decimals */
  private toDecimals(values: Float64Array, count: number): number | undefined {
    let exponent = this.probe(values, count);
    while (exponent !== undefined) {
      const needed = this.scale(values, count, exponent);
      if (needed === exponent) return exponent;
      exponent = needed; // from the beginning: it happens at most once per exponent
    }
    return undefined;
  }

  /**
   * Fills `numbers` and `exceptions` for one exponent.
   * @returns that exponent, a greater one that a value needs, or `undefined` when too many values are no decimals
   */
  private scale(values: Float64Array, count: number, exponent: number): number | undefined {
    const allowed = Math.floor(count / DECIMALS_PER_EXCEPTION) + 1;
    this.exceptionCount = 0;
    for (let i = 0; i < count; i++) {
      const scaled = scaledInteger(values[i]!, exponent);
      if (scaled !== undefined) {
        this.numbers[i] = scaled;
        continue;
      }
      const finer = decimalExponent(values[i]!, exponent + 1);
      if (finer !== undefined) return finer;
      if (this.exceptionCount === allowed) return undefined;
      this.exceptions[this.exceptionCount++] = i;
      this.numbers[i] = i === 0 ? 0 : this.numbers[i - 1]!;
    }
    return exponent;
  }

  /** Looks at a few values, so that noise is recognised without a pass over all of it. */
  private probe(values: Float64Array, count: number): number | undefined {
    let exponent = 0;
    let decimals = 0;
    const probes = Math.min(PROBES, count);
    for (let i = 0; i < probes; i++) {
      const found = decimalExponent(values[Math.floor((i * count) / probes)]!, exponent);
      if (found === undefined) continue;
      exponent = found;
      decimals++;
    }
    return decimals * 2 >= probes ? exponent : undefined;
  }

  private encodeWords(writer: ByteWriter, words: Int32Array, count: number): void {
    let all = 0;
    for (let i = 0; i < count; i++) {
      this.numbers[i] = words[i * 2 + 1]!;
      all |= words[i * 2]!;
    }
    this.integers.encode(writer, this.numbers, count);
    const width = all === 0 ? 0 : 32 - trailingZeros(all);
    writer.u8(width);
    if (width === 0) return;
    for (let i = 0; i < count; i++) writer.bits(words[i * 2]! >>> (32 - width), width);
    writer.alignBits();
  }

  private decodeWords(reader: ByteReader, words: Int32Array, count: number): void {
    this.integers.decode(reader, this.numbers, count);
    const width = reader.u8();
    for (let i = 0; i < count; i++) {
      words[i * 2 + 1] = this.numbers[i]!;
      words[i * 2] = width === 0 ? 0 : reader.bits(width) << (32 - width);
    }
    reader.alignBits();
  }
}

const trailingZeros = (word: number) => 31 - Math.clz32(word & -word);
