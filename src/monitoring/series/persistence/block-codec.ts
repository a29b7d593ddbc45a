import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { ByteReader } from '../codec/byte-reader';
import { ByteWriter } from '../codec/byte-writer';
import { ChunkCodec } from '../codec/chunk-codec';
import { Labels } from '../labels';
import type { Samples, SeriesKind } from '../series-store';

const VERSION = 1;
const CHUNK_SAMPLES = 240;
const KINDS: readonly SeriesKind[] = ['untyped', 'counter', 'gauge', 'histogram', 'summary'];
/** What a block may be when unpacked; a larger one is not ours. */
const MAX_BYTES = 64 * 1_048_576;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export interface BlockSeries {
  readonly labels: Labels;
  readonly kind: SeriesKind;
  readonly samples: Samples;
}

export interface EncodedBlock {
  readonly fromMs: number;
  readonly toMs: number;
  readonly samples: number;
  readonly data: Buffer;
}

/** A block that this version cannot read. */
export class BlockUnreadableError extends Error {}

/** Collects series with their samples into one block: labels and chunks one after the other, then zstd over all. */
export class BlockBuilder {
  private readonly writer = new ByteWriter();
  private readonly chunk = new ByteWriter();
  private readonly codec = new ChunkCodec(CHUNK_SAMPLES);
  private fromMs = Infinity;
  private toMs = -Infinity;
  private samples = 0;

  constructor() {
    this.writer.u8(VERSION);
  }

  get bytes(): number {
    return this.writer.length;
  }

  get isEmpty(): boolean {
    return this.samples === 0;
  }

  add({ labels, kind, samples: { timestamps, values } }: BlockSeries): void {
    const text = Buffer.from(JSON.stringify([...labels].flat()));
    this.writer.varint(text.length);
    this.writer.raw(text);
    this.writer.u8(KINDS.indexOf(kind));
    this.writer.varint(Math.ceil(timestamps.length / CHUNK_SAMPLES));
    for (let at = 0; at < timestamps.length; at += CHUNK_SAMPLES) {
      const end = Math.min(at + CHUNK_SAMPLES, timestamps.length);
      this.chunk.clear();
      this.codec.encode(this.chunk, timestamps.subarray(at, end), values.subarray(at, end), end - at);
      this.writer.varint(this.chunk.length);
      this.writer.raw(this.chunk.bytes);
    }
    this.fromMs = Math.min(this.fromMs, timestamps[0]!);
    this.toMs = Math.max(this.toMs, timestamps.at(-1)!);
    this.samples += timestamps.length;
  }

  async finish(): Promise<EncodedBlock> {
    const { fromMs, toMs, samples } = this;
    // The checksum makes a damaged block an error instead of wrong samples.
    const data = await compress(this.writer.bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    return { fromMs, toMs, samples, data };
  }
}

/** The series of a block, one at a time. @throws BlockUnreadableError */
export async function* readBlock(data: Uint8Array): AsyncGenerator<BlockSeries> {
  const bytes = await unpack(data);
  const reader = new ByteReader().open(bytes, 0);
  const codec = new ChunkCodec(CHUNK_SAMPLES);
  if (reader.u8() !== VERSION) throw new BlockUnreadableError(`the block has format ${bytes[0]}, not ${VERSION}`);
  while (reader.offset < bytes.length) {
    const textLength = reader.varint();
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + reader.offset, textLength).toString();
    reader.open(bytes, reader.offset + textLength);
    const kind = KINDS[reader.u8()] ?? 'untyped';
    const chunks = reader.varint();
    const samples = {
      timestamps: new Float64Array(chunks * CHUNK_SAMPLES),
      values: new Float64Array(chunks * CHUNK_SAMPLES),
    };
    let count = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const length = reader.varint();
      count += codec.decode(bytes, reader.offset, samples.timestamps, samples.values, count);
      reader.open(bytes, reader.offset + length);
    }
    const trimmed = { timestamps: samples.timestamps.subarray(0, count), values: samples.values.subarray(0, count) };
    yield { labels: Labels.from(pairsOf(JSON.parse(text) as string[])), kind, samples: trimmed };
  }
}

async function unpack(data: Uint8Array): Promise<Buffer> {
  try {
    return await decompress(data, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw new BlockUnreadableError('the block is damaged', { cause: error });
  }
}

const pairsOf = (flat: readonly string[]) =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2]!, flat[i * 2 + 1]!] as const);
