const INITIAL_BYTES = 4_096;

/** A growing buffer of bytes, varints (LEB128) and bit fields; made once and reused for chunk after chunk. */
export class ByteWriter {
  private buffer = new Uint8Array(INITIAL_BYTES);
  private at = 0;
  /** Bits already used in the byte at `at`; 0 when the next byte is untouched. */
  private bit = 0;

  get length(): number {
    return this.at;
  }

  /** What was written so far: a view that the next `clear` makes invalid. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.at);
  }

  clear(): void {
    this.truncate(0);
  }

  /** Forgets everything after the first `length` bytes. */
  truncate(length: number): void {
    this.at = length;
    this.bit = 0;
  }

  /** Takes `count` bytes at `from` out; what follows moves up. */
  remove(from: number, count: number): void {
    this.buffer.copyWithin(from, from + count, this.at);
    this.truncate(this.at - count);
  }

  u8(value: number): void {
    this.reserve(1);
    this.buffer[this.at++] = value;
  }

  /** A 32-bit word, little-endian, as signed or unsigned number. */
  u32(value: number): void {
    this.reserve(4);
    for (let shift = 0; shift < 32; shift += 8) this.buffer[this.at++] = (value >>> shift) & 0xff;
  }

  /** @param value a whole number from 0 to 2^53 */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.buffer[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.at++] = rest;
  }

  /** @param value a whole number between ±2^52 */
  signedVarint(value: number): void {
    this.varint(zigzag(value));
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** The lowest `width` (0 to 32) bits, behind the bits written before; `alignBits` ends the row of bit fields. */
  bits(value: number, width: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    let left = width;
    while (left > 0) {
      const take = Math.min(8 - this.bit, left);
      const low = (rest & ((1 << take) - 1)) << this.bit;
      this.buffer[this.at] = this.bit === 0 ? low : this.buffer[this.at]! | low;
      rest >>>= take;
      left -= take;
      this.bit += take;
      if (this.bit === 8) {
        this.bit = 0;
        this.at++;
      }
    }
  }

  alignBits(): void {
    if (this.bit > 0) {
      this.bit = 0;
      this.at++;
    }
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.at + bytes));
    grown.set(this.buffer);
    this.buffer = grown;
  }
}

/** Small numbers of either sign to small positive ones: 0, -1, 1, -2, 2 → 0, 1, 2, 3, 4. */
export const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
export const unzigzag = (value: number) => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
