import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { BodyCollector, type BodyDecoder } from './body-collector';
import { charsetOf } from '../media-type';
import { BodyEncodingError, BodyUnreadableError } from './body.errors';

const DECODERS: Readonly<Record<string, () => BodyDecoder>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
const ENCODINGS = ['gzip', 'deflate', 'br'];

/**
 * Reads a whole body of UTF-8 text, unzipped, from Node's own request, whatever framework is above it. To be called
 * once the request is let in, so that nothing is read of one that is refused. The server's request timeout is its
 * deadline.
 * @param maxBytes the largest body taken, unzipped
 * @throws BodyTooLargeError, BodyUnreadableError, BodyEncodingError
 */
export async function readTextBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { headers } = request;
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const makeDecoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (makeDecoder === undefined && encoding !== 'identity') {
    throw new BodyEncodingError('content encoding', encoding, ENCODINGS);
  }
  const charset = charsetOf(headers['content-type']) ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') throw new BodyEncodingError('charset', charset, ['utf-8']);
  const body = await new BodyCollector(request, maxBytes, makeDecoder).collect();
  if (!isUtf8(body)) throw new BodyUnreadableError('it is not UTF-8');
  return body;
}

/**
 * Reads a whole body as it was sent, whatever its encoding: that is for its reader to know.
 * @throws BodyTooLargeError, BodyUnreadableError
 */
export function readBinaryBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new BodyCollector(request, maxBytes, undefined).collect();
}
