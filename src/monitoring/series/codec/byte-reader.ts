import { unzigzag } from './byte-writer';

/**
 * Reads what `ByteWriter` wrote, from any place of any buffer. Only for bytes of our own: it trusts their structure.
 */
export class ByteReader {
  private buffer: Uint8Array = new Uint8Array(0);
  private at = 0;
  private bit = 0;

  get offset(): number {
    return this.at;
  }

  open(buffer: Uint8Array, offset: number): this {
    this.buffer = buffer;
    this.at = offset;
    this.bit = 0;
    return this;
  }

  u8(): number {
    return this.buffer[this.at++]!;
  }

  /** A 32-bit word as a signed number. */
  i32(): number {
    const { buffer, at } = this;
    this.at += 4;
    return buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24);
  }

  varint(): number {
    let byte = this.buffer[this.at++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    do {
      byte = this.buffer[this.at++]!;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    return value;
  }

  signedVarint(): number {
    return unzigzag(this.varint());
  }

  /** @param width 0 to 32 @returns an unsigned number */
  bits(width: number): number {
    const { buffer, bit } = this;
    let at = this.at;
    let value = buffer[at]! >>> bit;
    let have = 8 - bit;
    while (have < width) {
      at++;
      value |= have < 32 ? buffer[at]! << have : 0;
      have += 8;
    }
    const end = bit + width;
    this.at += end >>> 3;
    this.bit = end & 7;
    return width === 32 ? value >>> 0 : (value & ((1 << width) - 1)) >>> 0;
  }

  alignBits(): void {
    if (this.bit > 0) {
      this.bit = 0;
      this.at++;
    }
  }
}
