/** Wire types of protobuf that are read; groups, which nobody sends, are not. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A message that cannot be read; the message says why. */
export class ProtobufError extends Error {}

/** Reads one message, field by field. Fields that nobody asks for are passed over. @throws ProtobufError */
export class ProtobufReader {
  /** The number of the field that `next` has found. */
  field = 0;
  private wire = 0;

  constructor(
    private readonly buffer: Buffer,
    private at = 0,
    private readonly end = buffer.length,
  ) {}

  /** Goes to the next field; its value has to be read, or skipped, before the one after. @returns whether there is one */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    return true;
  }

  message(): ProtobufReader {
    const end = this.endOfBytes();
    const reader = new ProtobufReader(this.buffer, this.at, end);
    this.at = end;
    return reader;
  }

  text(): string {
    const end = this.endOfBytes();
    const text = this.buffer.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  double(): number {
    return this.fixed(8, (at) => this.buffer.readDoubleLE(at));
  }

  /** A signed 64-bit number that fits into a double. */
  int64(): number {
    if (this.wire !== VARINT) throw new ProtobufError(`field ${this.field} is no number`);
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new ProtobufError('a number is longer than 64 bits');
  }

  skip(): void {
    if (this.wire === VARINT) this.varint();
    else if (this.wire === FIXED64) this.fixed(8, () => 0);
    else if (this.wire === BYTES) this.at = this.endOfBytes();
    else if (this.wire === FIXED32) this.fixed(4, () => 0);
    else throw new ProtobufError(`field ${this.field} has the unknown wire type ${this.wire}`);
  }

  private fixed(bytes: number, read: (at: number) => number): number {
    if (this.at + bytes > this.end) throw new ProtobufError('the message is cut off');
    const value = read(this.at);
    this.at += bytes;
    return value;
  }

  private endOfBytes(): number {
    if (this.wire !== BYTES) throw new ProtobufError(`field ${this.field} is no text and no message`);
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) throw new ProtobufError('the message is cut off');
    return end;
  }

  private varint(): number {
    let value = 0;
    let factor = 1;
    for (let bytes = 0; bytes < 7; bytes++) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new ProtobufError('a length or a tag is too large');
  }

  private byte(): number {
    if (this.at >= this.end) throw new ProtobufError('the message is cut off');
    return this.buffer[this.at++]!;
  }
}

/** A field that holds a text or a message. */
export function bytesField(field: number, content: Uint8Array | string): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([Uint8Array.of(field * 8 + BYTES), varintBytes(bytes.length), bytes]);
}

/** A field that holds the eight bytes of a double: a mark is one only with its very bits. */
export function doubleField(field: number, bits: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(field * 8 + FIXED64), bits]);
}

/** A field that holds a whole number, which must not be negative. */
export function integerField(field: number, value: number): Buffer {
  return Buffer.concat([Uint8Array.of(field * 8 + VARINT), varintBytes(value)]);
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}
