import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { BodyTooLargeError, BodyUnreadableError } from './body.errors';

/** Unzips; `bytesWritten` is how much of its input it has used. */
export type BodyDecoder = Transform & { readonly bytesWritten: number };

/** What compressing adds at most to a body that cannot be compressed: headers, and 5 bytes for every 16 kB. */
const compressedLimit = (maxBytes: number) => maxBytes + Math.ceil(maxBytes / 1_000) + 1_024;

/**
 * Collects one body. It never destroys the request, as `pipeline()` would: the socket has to stay for the answer. What
 * comes after a failure is thrown away, so that the client reads its answer and the connection stays usable.
 */
export class BodyCollector {
  private readonly chunks: Buffer[] = [];
  private readonly outcome = Promise.withResolvers<Buffer>();
  private receivedBytes = 0;
  private bytes = 0;
  private ended = false;
  private decoder: BodyDecoder | undefined;

  /** @param makeDecoder makes what unzips, where the body is compressed */
  constructor(
    private readonly request: IncomingMessage,
    private readonly maxBytes: number,
    private readonly makeDecoder: (() => BodyDecoder) | undefined,
  ) {}

  /** @throws BodyTooLargeError, BodyUnreadableError */
  collect(): Promise<Buffer> {
    const { request } = this;
    if (request.readableEnded || request.destroyed) {
      return Promise.reject(new BodyUnreadableError(request.readableEnded ? 'it was read already' : ENDED_EARLY));
    }
    if (Number(request.headers['content-length'] ?? 0) > this.receivedLimit) return Promise.reject(this.tooLarge());
    const decoder = this.makeDecoder?.();
    this.decoder = decoder;
    decoder?.on('data', this.onDecoded).on('end', this.onDecodedEnd).on('error', this.onDecoderError);
    decoder?.on('drain', this.onDrain);
    request.on('data', this.onData).on('end', this.onEnd).on('error', this.onCut).on('close', this.onCut);
    return this.outcome.promise;
  }

  private readonly onData = (chunk: Buffer): void => {
    this.receivedBytes += chunk.length;
    if (this.decoder === undefined) this.keep(chunk);
    // Also before it is unzipped: a compressed body can be endless and yield nothing.
    else if (this.receivedBytes > this.receivedLimit) this.fail(this.tooLarge());
    else if (!this.decoder.write(chunk)) this.request.pause();
  };

  private readonly onEnd = (): void => {
    if (this.decoder === undefined) this.succeed();
    else this.decoder.end();
  };

  /** Also the regular end of a request is a close: by then nothing listens any more. */
  private readonly onCut = (cause?: Error): void => {
    if (!this.request.readableEnded) this.fail(new BodyUnreadableError(ENDED_EARLY, { cause }));
  };

  private readonly onDrain = (): void => void this.request.resume();

  private readonly onDecoded = (chunk: Buffer): void => this.keep(chunk);

  /** It also ends before its input does, when something else follows the compressed data. */
  private readonly onDecodedEnd = (): void => {
    const { decoder, receivedBytes } = this;
    if (decoder!.writableEnded && decoder!.bytesWritten === receivedBytes) this.succeed();
    else this.fail(new BodyUnreadableError('something follows its compressed data'));
  };

  private readonly onDecoderError = (cause: Error): void =>
    this.fail(new BodyUnreadableError('it is not what its Content-Encoding says', { cause }));

  private keep(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes) this.fail(this.tooLarge());
    else this.chunks.push(chunk);
  }

  private get receivedLimit(): number {
    return this.makeDecoder === undefined ? this.maxBytes : compressedLimit(this.maxBytes);
  }

  private tooLarge(): BodyTooLargeError {
    return new BodyTooLargeError(this.maxBytes, 'bytes');
  }

  private succeed(): void {
    if (this.stop()) this.outcome.resolve(Buffer.concat(this.chunks, this.bytes));
  }

  private fail(error: Error): void {
    if (this.stop()) this.outcome.reject(error);
  }

  /** @returns false when it had ended already */
  private stop(): boolean {
    if (this.ended) return false;
    this.ended = true;
    const { request, decoder } = this;
    request.off('data', this.onData).off('end', this.onEnd).off('error', this.onCut).off('close', this.onCut);
    request.on('error', ignore).resume();
    decoder?.removeAllListeners().on('error', ignore).destroy();
    return true;
  }
}

const ENDED_EARLY = 'it ended too early';

/** A client that goes away after its body was settled is no error of ours. */
const ignore = (): void => undefined;
