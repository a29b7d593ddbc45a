import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { ByteReader } from '../codec/byte-reader';
import { ByteWriter } from '../codec/byte-writer';
import { ChunkCodec } from '../codec/chunk-codec';
import { Labels } from '../labels';
import { join, spansOf, without } from '../sample-runs';
import type { Samples, SeriesKind } from '../series-store';

const VERSION = 1;
/** Part of the format, independent of the store: the reader's buffers must be as long as the longest chunk written. */
const CHUNK_SAMPLES = 240;
/** Over so much time (ms) without a sample, the clock was set forward, or nothing was measured: it hides nothing. */
const GAP_MS = 5 * 60_000;
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

/** A chunk where it lies in an unpacked block. */
export interface StoredChunk {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly count: number;
}

/** A series of a block, not decoded yet. */
export interface StoredSeries {
  /** The labels as text: the same in every block. */
  readonly labelText: string;
  readonly kind: SeriesKind;
  readonly chunks: readonly StoredChunk[];
}

/** Reads blocks; one instance for one reader, since it decodes into its own buffers. */
export class BlockReader {
  private readonly codec = new ChunkCodec(CHUNK_SAMPLES);

  /** The series of a block, one at a time. @throws BlockUnreadableError */
  async *series(data: Uint8Array): AsyncGenerator<StoredSeries> {
    const bytes = await unpack(data);
    const reader = new ByteReader().open(bytes, 0);
    if (reader.u8() !== VERSION) throw new BlockUnreadableError(`the block has format ${bytes[0]}, not ${VERSION}`);
    while (reader.offset < bytes.length) {
      const textLength = reader.varint();
      const labelText = bytes.toString('utf8', reader.offset, reader.offset + textLength);
      reader.open(bytes, reader.offset + textLength);
      const kind = KINDS[reader.u8()] ?? 'untyped';
      const chunks: StoredChunk[] = [];
      for (let left = reader.varint(); left > 0; left--) {
        const length = reader.varint();
        const { offset } = reader;
        chunks.push({ bytes, offset, count: this.codec.head(bytes, offset).count });
        reader.open(bytes, offset + length);
      }
      yield { labelText, kind, chunks };
    }
  }

  labels(labelText: string): Labels {
    const flat = JSON.parse(labelText) as string[];
    return Labels.from(Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2]!, flat[i * 2 + 1]!] as const));
  }

  /**
   * The samples of all chunks, in the order in which they were written. Where the clock was set back, what was written
   * later counts for the times that were measured twice.
   */
  samples(chunks: readonly StoredChunk[]): Samples {
    const capacity = chunks.reduce((sum, { count }) => sum + count, 0);
    const all = { timestamps: new Float64Array(capacity), values: new Float64Array(capacity) };
    let runs: Samples[] = [];
    let lastMs = -Infinity;
    let at = 0;
    let ascending = true;
    for (const { bytes, offset } of chunks) {
      const end = at + this.codec.decode(bytes, offset, all.timestamps, all.values, at);
      const run = { timestamps: all.timestamps.subarray(at, end), values: all.values.subarray(at, end) };
      if (run.timestamps[0]! > lastMs) runs.push(run);
      else {
        ascending = false;
        for (const span of spansOf(run, GAP_MS)) {
          runs = without(runs, span.timestamps[0]!, span.timestamps.at(-1)!);
          runs.push(span);
        }
      }
      lastMs = Math.max(lastMs, run.timestamps.at(-1)!);
      at = end;
    }
    if (ascending) return all;
    const joined = { timestamps: new Float64Array(capacity), values: new Float64Array(capacity) };
    const count = join(runs, joined.timestamps, joined.values);
    return { timestamps: joined.timestamps.subarray(0, count), values: joined.values.subarray(0, count) };
  }
}

async function unpack(data: Uint8Array): Promise<Buffer> {
  try {
    return await decompress(data, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw new BlockUnreadableError('the block is damaged', { cause: error });
  }
}
