import { crc32 } from 'node:zlib';
import { ByteReader } from '../codec/byte-reader';
import { unzigzag } from '../codec/byte-writer';
import { Labels } from '../labels';
import { isStale } from '../staleness';
import type { MetricMetadata, SeriesKind } from '../series-store';
import { CODES, FRAME_BYTES, type JournalPlace, KINDS, OWN_BIT, SEGMENT_HEAD } from './journal-format';

/** A longer one is damage. */
const MAX_RECORD_BYTES = 16 * 1_048_576;

/** What is done with the entries of a segment, in the order in which they were written. */
export interface EntryVisitor {
  tick(timestampMs: number, clockWasSet: boolean): void;
  series(id: number, labels: Labels, kind: SeriesKind, isOwn: boolean): void;
  metric(name: string, metadata: MetricMetadata): void;
  saved(place: JournalPlace): void;
  /** @param value `undefined`: a stale mark */
  sample(id: number, timestampMs: number, value: number | undefined): void;
}

/** A whole record of a segment, and where it begins. */
export interface JournalRecord {
  readonly offset: number;
  readonly payload: Uint8Array;
}

/** How the reading of a segment ended: at its end, in a record that was cut off by a crash, or in a damaged one. */
export type SegmentEnd = 'whole' | 'torn' | 'damaged';

/** The records of a segment up to the first that is not whole. */
export function* recordsOf(segment: Buffer): Generator<JournalRecord, SegmentEnd> {
  const head = segment.subarray(0, SEGMENT_HEAD.length);
  if (!head.equals(SEGMENT_HEAD)) return SEGMENT_HEAD.subarray(0, head.length).equals(head) ? 'torn' : 'damaged';
  let offset = SEGMENT_HEAD.length;
  while (offset < segment.length) {
    if (offset + FRAME_BYTES > segment.length) return 'torn';
    const length = segment.readUInt32LE(offset);
    if (length > MAX_RECORD_BYTES) return 'damaged';
    const from = offset + FRAME_BYTES;
    if (from + length > segment.length) return 'torn';
    const payload = segment.subarray(from, from + length);
    if (crc32(payload) !== segment.readUInt32LE(offset + 4)) return 'damaged';
    yield { offset, payload };
    offset = from + length;
  }
  return 'whole';
}

/** The place up to which everything is saved elsewhere, where a record says it. */
export function savedIn({ payload }: JournalRecord): JournalPlace | undefined {
  if (payload[0] !== CODES.saved) return undefined;
  const reader = new ByteReader().open(payload, 1);
  return { segment: reader.varint(), offset: reader.varint() };
}

/** Decodes the records of one segment, in their order. */
export class RecordReader {
  private readonly reader = new ByteReader();
  private readonly value = new Float64Array(1);
  private readonly valueBytes = new Uint8Array(this.value.buffer);
  private tickMs = 0;
  private lastId = 0;

  constructor(private readonly visitor: EntryVisitor) {}

  read({ payload }: JournalRecord): void {
    const reader = this.reader.open(payload, 0);
    while (reader.offset < payload.length) {
      const code = reader.varint();
      if (code >= CODES.sample) this.sample(code - CODES.sample, payload);
      else if (code === CODES.tick) this.visitor.tick((this.tickMs = reader.varint()), reader.u8() === 1);
      else if (code === CODES.series) this.series(payload);
      else if (code === CODES.metric) this.metric(payload);
      else this.visitor.saved({ segment: reader.varint(), offset: reader.varint() });
    }
  }

  private sample(code: number, payload: Uint8Array): void {
    const { reader, value } = this;
    this.lastId += unzigzag(Math.floor(code / 2));
    const timestampMs = code % 2 === 0 ? this.tickMs : this.tickMs + reader.signedVarint();
    const { offset } = reader;
    this.valueBytes.set(payload.subarray(offset, offset + 8));
    reader.open(payload, offset + 8);
    this.visitor.sample(this.lastId, timestampMs, isStale(value, 0) ? undefined : value[0]!);
  }

  private series(payload: Uint8Array): void {
    const id = this.reader.varint();
    const kind = this.reader.u8();
    const flat = JSON.parse(this.text(payload)) as string[];
    const labels = Labels.from(
      Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2]!, flat[i * 2 + 1]!] as const),
    );
    this.visitor.series(id, labels, KINDS[kind & ~OWN_BIT] ?? 'untyped', (kind & OWN_BIT) !== 0);
  }

  private metric(payload: Uint8Array): void {
    const [name, kind, help, unit] = JSON.parse(this.text(payload)) as [string, SeriesKind, string, string];
    this.visitor.metric(name, { kind, help, unit });
  }

  private text(payload: Uint8Array): string {
    const length = this.reader.varint();
    const { offset } = this.reader;
    this.reader.open(payload, offset + length);
    return Buffer.from(payload.buffer, payload.byteOffset + offset, length).toString('utf8');
  }
}
