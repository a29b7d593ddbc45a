import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createZstdDecompress,
  gunzip,
  zstdDecompress,
} from 'node:zlib';
import { DomainError } from '../../common/errors/domain-error';
import { HttpDecodingError, HttpResponseTooLargeError, type HttpTargetFacts } from './http.errors';

type Decode = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

interface Encoding {
  readonly decode: Decode;
  readonly makeDecoder: () => NodeJS.ReadWriteStream;
}

const GZIP: Encoding = { decode: promisify(gunzip) as Decode, makeDecoder: createGunzip };

const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['br', { decode: promisify(brotliDecompress) as Decode, makeDecoder: createBrotliDecompress }],
  ['zstd', { decode: promisify(zstdDecompress) as Decode, makeDecoder: createZstdDecompress }],
]);

/** What is sent as `accept-encoding`. */
export const ACCEPTED = { 'accept-encoding': 'gzip, br, zstd' } as const;

/** More than these on one body are not undone; each could multiply it. */
const MAX_ENCODINGS = 3;

/** How a body is to be decoded; `undefined`: it is as it was sent, or encoded in a way that is not known. */
export class ContentDecoding {
  private constructor(
    /** The one that was applied last comes first. */
    private readonly encodings: readonly Encoding[],
    private readonly named: string,
    private readonly target: HttpTargetFacts,
    private readonly maxBytes: number,
  ) {}

  static of(headers: IncomingHttpHeaders, target: HttpTargetFacts, maxBytes: number): ContentDecoding | undefined {
    const named = headers['content-encoding'];
    if (named === undefined) return undefined;
    const names = named.split(',').map((name) => name.trim().toLowerCase());
    const encodings = names.flatMap((name) => ENCODINGS.get(name) ?? []);
    if (encodings.length !== names.length || names.length > MAX_ENCODINGS) return undefined;
    return new ContentDecoding(encodings.toReversed(), named, target, maxBytes);
  }

  /** The headers of the decoded body. */
  headers(received: IncomingHttpHeaders): IncomingHttpHeaders {
    const { 'content-encoding': _encoding, 'content-length': _length, ...others } = received;
    return others;
  }

  /** @throws HttpDecodingError, HttpResponseTooLargeError */
  async bytes(body: Buffer): Promise<Buffer> {
    try {
      let decoded = body;
      for (const { decode } of this.encodings) decoded = await decode(decoded, { maxOutputLength: this.maxBytes });
      return decoded;
    } catch (error) {
      throw this.errorOf(error);
    }
  }

  /** The body as it is read; it fails as `bytes` does. */
  stream(body: Readable): Readable {
    const decoders = this.encodings.map(({ makeDecoder }) => makeDecoder());
    const decoded = pipeline([body, ...decoders], () => undefined) as unknown as Readable;
    const options = { objectMode: false, highWaterMark: body.readableHighWaterMark };
    const counted = Readable.from(this.counted(body, decoded), options);
    return counted.once('close', () => body.destroy());
  }

  private async *counted(body: Readable, decoded: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    try {
      for await (const chunk of decoded) {
        bytes += chunk.length;
        if (bytes > this.maxBytes) throw new HttpResponseTooLargeError(this.target, this.maxBytes);
        yield chunk;
      }
    } catch (error) {
      throw error === body.errored || error instanceof DomainError ? error : this.errorOf(error);
    }
  }

  private errorOf(error: unknown): Error {
    const isTooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooLarge) return new HttpResponseTooLargeError(this.target, this.maxBytes);
    return new HttpDecodingError(this.target, this.named, error);
  }
}
