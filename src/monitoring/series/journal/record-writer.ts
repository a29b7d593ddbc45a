import { crc32 } from 'node:zlib';
import { ByteWriter, zigzag } from '../codec/byte-writer';
import { writeStale } from '../staleness';
import type { LoggedSeries, MetricMetadata } from '../series-store';
import { CODES, FRAME_BYTES, type JournalPlace, KINDS, OWN_BIT } from './journal-format';

/** Encodes entries into records. Those of a segment are understood without other segments. */
export class RecordWriter {
  private readonly writer = new ByteWriter();
  private readonly value = new Float64Array(1);
  private readonly valueBytes = new Uint8Array(this.value.buffer);
  private tickMs = 0;
  private lastId = 0;

  get length(): number {
    return this.writer.length;
  }

  /** Forgets what was not taken, and begins another segment. */
  beginSegment(): void {
    this.writer.clear();
    this.tickMs = this.lastId = 0;
  }

  tick(timestampMs: number, clockWasSet: boolean): void {
    this.writer.varint(CODES.tick);
    this.writer.varint(timestampMs);
    this.writer.u8(clockWasSet ? 1 : 0);
    this.tickMs = timestampMs;
  }

  series({ id, labels, kind, guest }: LoggedSeries): void {
    this.writer.varint(CODES.series);
    this.writer.varint(id);
    this.writer.u8(KINDS.indexOf(kind) | (guest ? 0 : OWN_BIT));
    this.text(JSON.stringify([...labels].flat()));
  }

  metric(name: string, { kind, help, unit }: MetricMetadata): void {
    this.writer.varint(CODES.metric);
    this.text(JSON.stringify([name, kind, help, unit]));
  }

  saved({ segment, offset }: JournalPlace): void {
    this.writer.varint(CODES.saved);
    this.writer.varint(segment);
    this.writer.varint(offset);
  }

  sample(id: number, timestampMs: number, value: number | undefined): void {
    const { writer } = this;
    const ofTick = timestampMs === this.tickMs;
    writer.varint(CODES.sample + zigzag(id - this.lastId) * 2 + (ofTick ? 0 : 1));
    if (!ofTick) writer.signedVarint(timestampMs - this.tickMs);
    if (value === undefined) writeStale(this.value, 0);
    else this.value[0] = value;
    writer.raw(this.valueBytes);
    this.lastId = id;
  }

  /** The entries since the last call, as one record of its own memory. */
  take(): Buffer {
    const { bytes } = this.writer;
    const record = Buffer.allocUnsafe(FRAME_BYTES + bytes.length);
    record.writeUInt32LE(bytes.length, 0);
    record.writeUInt32LE(crc32(bytes), 4);
    record.set(bytes, FRAME_BYTES);
    this.writer.clear();
    return record;
  }

  private text(text: string): void {
    const bytes = Buffer.from(text);
    this.writer.varint(bytes.length);
    this.writer.raw(bytes);
  }
}
