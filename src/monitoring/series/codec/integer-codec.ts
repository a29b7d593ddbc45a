import type { ByteReader } from './byte-reader';
import { type ByteWriter, unzigzag, zigzag } from './byte-writer';

const FROM_LEAST = 0;
const STEP_FROM_LEAST = 1;
const STEP_ZIGZAG = 2;
const MODE_MASK = 0b11;
const HAS_DIVISOR = 0b100;
const HAS_PATCHES = 0b1000;

/** Above it the arithmetic on differences would leave the exact range of doubles. */
export const MAX_INTEGER = 2 ** 51;
const WORD = 2 ** 32;
const PATCH_BITS = 24;

interface Plan {
  readonly mode: number;
  readonly least: number;
  readonly divisor: number;
  readonly width: number;
  readonly patched: boolean;
  readonly costBits: number;
}

/**
 * A row of whole numbers between ±2^51 as bit fields of one width. Three ways to make them small are tried, and the
 * smallest result is taken: distance from the least (gauges), difference to the one before less the least difference
 * (counters), and difference to the one before in zigzag (counters with resets). A common divisor is taken out, and
 * the few numbers that are far wider than the rest are patched, as in PFOR (Zukowski et al., 2006).
 */
export class IntegerCodec {
  private readonly widths = new Uint32Array(56);
  private readonly fields: Float64Array;

  /** @param capacity how many numbers a row has at most */
  constructor(capacity: number) {
    this.fields = new Float64Array(capacity);
  }

  encode(writer: ByteWriter, numbers: Float64Array, count: number): void {
    const plan = this.plan(numbers, count);
    writer.u8(plan.mode | (plan.divisor === 1 ? 0 : HAS_DIVISOR) | (plan.patched ? HAS_PATCHES : 0));
    writer.u8(plan.width);
    if (plan.divisor !== 1) writer.varint(plan.divisor);
    if (plan.mode !== FROM_LEAST) writer.signedVarint(numbers[0]!);
    if (plan.mode !== STEP_ZIGZAG) writer.signedVarint(plan.least);
    this.toFields(numbers, count, plan);
    this.writeFields(writer, plan, firstField(plan.mode), count);
  }

  decode(reader: ByteReader, numbers: Float64Array, count: number): void {
    const flags = reader.u8();
    const mode = flags & MODE_MASK;
    const width = reader.u8();
    const divisor = flags & HAS_DIVISOR ? reader.varint() : 1;
    if (mode !== FROM_LEAST) numbers[0] = reader.signedVarint();
    const least = mode === STEP_ZIGZAG ? 0 : reader.signedVarint();
    const first = firstField(mode);
    readFields(reader, numbers, first, count, width);
    if (flags & HAS_PATCHES) readPatches(reader, numbers, width);
    if (mode === FROM_LEAST) {
      for (let i = 0; i < count; i++) numbers[i] = numbers[i]! * divisor + least;
    } else if (mode === STEP_FROM_LEAST) {
      for (let i = 1; i < count; i++) numbers[i] = numbers[i - 1]! + numbers[i]! * divisor + least;
    } else {
      for (let i = 1; i < count; i++) numbers[i] = numbers[i - 1]! + unzigzag(numbers[i]!) * divisor;
    }
  }

  private plan(numbers: Float64Array, count: number): Plan {
    let least = numbers[0]!;
    let leastStep = Infinity;
    for (let i = 1; i < count; i++) {
      if (numbers[i]! < least) least = numbers[i]!;
      const step = numbers[i]! - numbers[i - 1]!;
      if (step < leastStep) leastStep = step;
    }
    const plain = this.price(numbers, count, FROM_LEAST, least);
    if (count === 1) return plain;
    const steps = this.price(numbers, count, STEP_FROM_LEAST, leastStep);
    const best = steps.costBits < plain.costBits ? steps : plain;
    if (leastStep >= 0) return best; // nothing ever falls: zigzag could only be wider
    const signed = this.price(numbers, count, STEP_ZIGZAG, 0);
    return signed.costBits < best.costBits ? signed : best;
  }

  /** What a mode would cost, with the divisor and the width that suit it. */
  private price(numbers: Float64Array, count: number, mode: number, least: number): Plan {
    const first = firstField(mode);
    const { widths, fields } = this;
    this.toFields(numbers, count, { mode, least, divisor: 1 });
    let divisor = 0;
    for (let i = first; i < count && divisor !== 1; i++) {
      const field = mode === STEP_ZIGZAG ? Math.abs(unzigzag(fields[i]!)) : fields[i]!;
      if (field !== 0) divisor = commonDivisor(field, divisor);
    }
    if (divisor > 1) this.toFields(numbers, count, { mode, least, divisor });
    else divisor = 1;
    widths.fill(0);
    let widest = 0;
    for (let i = first; i < count; i++) {
      const width = bitLength(fields[i]!);
      widths[width] = widths[width]! + 1;
      if (width > widest) widest = width;
    }
    let width = widest;
    let fieldBits = (count - first) * widest;
    for (let narrower = widest - 1, wider = 0; narrower >= 0; narrower--) {
      wider += widths[narrower + 1]!;
      const bits = (count - first) * narrower + wider * (PATCH_BITS + widest - narrower);
      if (bits < fieldBits) [width, fieldBits] = [narrower, bits];
    }
    const headerBytes = varintBytes(least) + (divisor === 1 ? 0 : varintBytes(divisor)) + (first === 0 ? 0 : 4);
    return { mode, least, divisor, width, patched: width < widest, costBits: fieldBits + 8 * headerBytes };
  }

  private toFields(numbers: Float64Array, count: number, plan: Pick<Plan, 'mode' | 'least' | 'divisor'>): void {
    const { fields } = this;
    const { mode, least, divisor } = plan;
    if (mode === FROM_LEAST) {
      for (let i = 0; i < count; i++) fields[i] = (numbers[i]! - least) / divisor;
    } else if (mode === STEP_FROM_LEAST) {
      for (let i = 1; i < count; i++) fields[i] = (numbers[i]! - numbers[i - 1]! - least) / divisor;
    } else {
      for (let i = 1; i < count; i++) fields[i] = zigzag((numbers[i]! - numbers[i - 1]!) / divisor);
    }
  }

  private writeFields(writer: ByteWriter, plan: Plan, first: number, count: number): void {
    const { fields } = this;
    const { width } = plan;
    if (width <= 32) {
      for (let i = first; i < count; i++) writer.bits(fields[i]! % WORD, width);
    } else {
      for (let i = first; i < count; i++) {
        writer.bits(fields[i]! % WORD, 32);
        writer.bits(Math.floor(fields[i]! / WORD), width - 32);
      }
    }
    writer.alignBits();
    if (!plan.patched) return;
    const scale = 2 ** width;
    let patches = 0;
    for (let i = first; i < count; i++) if (fields[i]! >= scale) patches++;
    writer.varint(patches);
    for (let i = first, last = 0; i < count; i++) {
      if (fields[i]! < scale) continue;
      writer.varint(i - last);
      writer.varint(Math.floor(fields[i]! / scale));
      last = i;
    }
  }
}

function readFields(reader: ByteReader, numbers: Float64Array, first: number, count: number, width: number): void {
  if (width === 0) numbers.fill(0, first, count);
  else if (width <= 32) for (let i = first; i < count; i++) numbers[i] = reader.bits(width);
  else for (let i = first; i < count; i++) numbers[i] = reader.bits(32) + reader.bits(width - 32) * WORD;
  reader.alignBits();
}

function readPatches(reader: ByteReader, numbers: Float64Array, width: number): void {
  const scale = 2 ** width;
  for (let left = reader.varint(), at = 0; left > 0; left--) {
    at += reader.varint();
    numbers[at] = numbers[at]! + reader.varint() * scale;
  }
}

const firstField = (mode: number) => (mode === FROM_LEAST ? 0 : 1);

const bitLength = (value: number) =>
  value < WORD ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / WORD));

/** About what a number takes as a varint. */
const varintBytes = (value: number) => Math.max(1, Math.ceil((bitLength(Math.abs(value)) + 1) / 7));

function commonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
