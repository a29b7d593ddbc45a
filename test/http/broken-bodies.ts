import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { chunked } from '../support/raw-http';

/** A route that reads a body, and how large a body it takes. */
export interface BodyRoute {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly maxBytes: number;
  /** Whether the body is read as it is sent: neither unzipped nor text. */
  readonly binary: boolean;
}

/** A body that is wrong in one way, with the headers that belong to it. */
export interface BrokenBody {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly status: number;
  /** Undefined where Node's parser refuses it or the answer is one of the route's own. */
  readonly code: string | undefined;
}

const INVALID_UTF8 = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22]);
/** An empty gzip member, again and again: input without end and no output. */
const EMPTY_MEMBER = gzipSync(Buffer.alloc(0));

const madeBefore = new Map<number, TooLarge>();

interface TooLarge {
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly deflated: Buffer;
  readonly brotli: Buffer;
}

function tooLargeFor(maxBytes: number): TooLarge {
  const before = madeBefore.get(maxBytes);
  if (before) return before;
  const plain = Buffer.alloc(maxBytes + 70_000, 'x 1\n');
  const made = {
    plain,
    zipped: gzipSync(plain, { level: 1 }),
    deflated: deflateSync(plain, { level: 1 }),
    brotli: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  };
  madeBefore.set(maxBytes, made);
  return made;
}

/** Every kind of body that has to be refused by the route, whatever it makes of a body that is right. */
export function brokenBodies(route: BodyRoute): BrokenBody[] {
  const { type, maxBytes } = route;
  const { plain: tooLarge, zipped, deflated, brotli } = tooLargeFor(maxBytes);
  const small = Buffer.from('{"a":');
  const of = (body: Buffer, headers: Record<string, string>, contentType = type) => ({
    headers: { 'content-type': contentType, ...headers },
    body,
  });
  const whole = (body: Buffer, headers: Record<string, string> = {}, contentType = type) =>
    of(body, { 'content-length': String(body.length), ...headers }, contentType);
  const inChunks = (body: Buffer, headers: Record<string, string> = {}) =>
    of(chunked(body), { 'transfer-encoding': 'chunked', ...headers });
  const endless = Buffer.alloc(Math.ceil((maxBytes * 1.1) / EMPTY_MEMBER.length) * EMPTY_MEMBER.length, EMPTY_MEMBER);
  const gzip = { 'content-encoding': 'gzip' };
  const refused = (
    name: string,
    status: number,
    code: string | undefined,
    sent: ReturnType<typeof of>,
  ): BrokenBody => ({
    name,
    status,
    code,
    ...sent,
  });
  const everywhere = [
    refused('too large, declared', 413, 'BODY_TOO_LARGE', whole(tooLarge)),
    refused('too large, in chunks', 413, 'BODY_TOO_LARGE', inChunks(tooLarge)),
    refused('gzip that yields nothing, without end', 413, 'BODY_TOO_LARGE', inChunks(endless, gzip)),
    refused('of an unknown type', 415, 'CONTENT_TYPE_UNSUPPORTED', whole(small, {}, 'application/x-unknown')),
    refused('of a malformed type', 415, 'CONTENT_TYPE_UNSUPPORTED', whole(small, {}, ';;;=')),
    refused('with a length that is no number', 400, 'REQUEST_REFUSED', of(small, { 'content-length': '5x' })),
    refused('with a negative length', 400, 'REQUEST_REFUSED', of(small, { 'content-length': '-5' })),
    refused('with a length and chunks', 400, 'REQUEST_REFUSED', {
      ...inChunks(small, { 'content-length': '5' }),
    }),
    refused('with chunks that have no size', 400, 'REQUEST_REFUSED', {
      ...of(Buffer.from('zz\r\nabc\r\n0\r\n\r\n'), { 'transfer-encoding': 'chunked' }),
    }),
  ];
  if (route.binary) return everywhere;
  return [
    ...everywhere,
    refused('too large, unzipped', 413, 'BODY_TOO_LARGE', whole(zipped, gzip)),
    refused('too large, unzipped from chunks', 413, 'BODY_TOO_LARGE', inChunks(zipped, gzip)),
    refused('too large, inflated', 413, 'BODY_TOO_LARGE', whole(deflated, { 'content-encoding': 'deflate' })),
    refused('too large, from brotli', 413, 'BODY_TOO_LARGE', whole(brotli, { 'content-encoding': 'br' })),
    refused('not gzip', 400, 'BODY_MALFORMED', whole(small, gzip)),
    refused('not gzip, in chunks', 400, 'BODY_MALFORMED', inChunks(small, gzip)),
    refused('not brotli', 400, 'BODY_MALFORMED', whole(small, { 'content-encoding': 'br' })),
    refused('half of a gzip', 400, 'BODY_MALFORMED', whole(gzipSync('x 1\n'.repeat(999)).subarray(0, 30), gzip)),
    refused('gzip and more', 400, 'BODY_MALFORMED', whole(Buffer.concat([gzipSync('x 1\n'), small]), gzip)),
    refused('not UTF-8', 400, 'BODY_MALFORMED', whole(INVALID_UTF8)),
    refused('of an unknown encoding', 415, 'CONTENT_TYPE_UNSUPPORTED', whole(small, { 'content-encoding': 'zebra' })),
    refused('of two encodings', 415, 'CONTENT_TYPE_UNSUPPORTED', whole(small, { 'content-encoding': 'gzip, gzip' })),
    refused('in UTF-16', 415, 'CONTENT_TYPE_UNSUPPORTED', whole(small, {}, `${type}; charset=utf-16`)),
  ];
}
