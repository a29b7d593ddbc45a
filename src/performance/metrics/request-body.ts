import { isUtf8 } from 'node:buffer';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Request } from 'express';
import { DomainError } from '../../common/errors/domain-error';
import { BODY_MALFORMED, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED } from '../../http';

/** More bytes than the route takes, unzipped. */
export class BodyTooLargeError extends DomainError {
  constructor(readonly maxBytes: number) {
    super(BODY_TOO_LARGE, `the body is larger than ${maxBytes} bytes`);
  }
  override get detail(): string {
    return `At most ${this.maxBytes} bytes are taken.`;
  }
}

/** The body ended too early, or is not what it says. */
export class BodyUnreadableError extends DomainError {
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(BODY_MALFORMED, `the body cannot be read: ${reason}`, options);
  }
  override get detail(): string {
    return `The body cannot be read: ${this.reason}.`;
  }
}

/** A content encoding other than gzip. */
export class BodyEncodingError extends DomainError {
  constructor(readonly encoding: string) {
    super(CONTENT_TYPE_UNSUPPORTED, `the body has the content encoding ${encoding}; gzip or none is expected`);
  }
  override get detail(): string {
    return 'Send the body as it is or with gzip.';
  }
}

/**
 * Reads a whole body of UTF-8 text, unzipped; to be called by handlers of media types that no parser reads, so that
 * nothing is read of a request that the guards refuse. The server's request timeout is its deadline.
 * @throws BodyTooLargeError, BodyUnreadableError, BodyEncodingError
 */
export async function readTextBody(request: Request, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLargeError(maxBytes);
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') throw new BodyEncodingError(encoding);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes);
      chunks.push(chunk);
    }
  };
  try {
    await (encoding === 'gzip' ? pipeline(request, createGunzip(), collect) : pipeline(request, collect));
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw error;
    const broken = encoding === 'gzip' && !request.destroyed ? 'it is not valid gzip' : 'it ended too early';
    throw new BodyUnreadableError(broken, { cause: error });
  }
  const body = Buffer.concat(chunks, bytes);
  if (!isUtf8(body)) throw new BodyUnreadableError('it is not UTF-8');
  return body;
}
