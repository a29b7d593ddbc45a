import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { decimalExponent, fromScaled, scaledInteger } from './decimal';
import { IntegerCodec } from './integer-codec';

/** Layouts of the values of a run; the exponent of the decimals sits in the high half of the byte. */
const DECIMALS = 0;
const WORDS = 1;
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
    writer.u8(DECIMALS | (this.exceptionCount > 0 ? 2 : 0) | (exponent << 4));
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
    for (let left = flags & 2 ? reader.varint() : 0; left > 0; left--) {
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
    const allowed = Math.floor(count / DECIMALS_PER_EXCEPTION) + 1;
    let exponent = this.probe(values, count);
    for (let i = 0, missed = 0; exponent !== undefined; i++) {
      if (i === count) {
        this.exceptionCount = missed;
        return exponent;
      }
      const scaled = scaledInteger(values[i]!, exponent);
      if (scaled !== undefined) {
        this.numbers[i] = scaled;
        continue;
      }
      const finer = decimalExponent(values[i]!, exponent + 1);
      if (finer !== undefined) {
        exponent = finer;
        i = -1; // from the beginning: it happens at most once per exponent
        missed = 0;
      } else if (missed === allowed) {
        return undefined;
      } else {
        this.exceptions[missed++] = i;
        this.numbers[i] = i === 0 ? 0 : this.numbers[i - 1]!;
      }
    }
    return undefined;
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
