import { SnappyMissingError } from './remote-write.errors';

/** Snappy's block format, in which remote write sends its messages; works outside of the event loop. */
export interface Snappy {
  compress(content: Buffer): Promise<Buffer>;
  uncompress(content: Buffer): Promise<Buffer | string>;
}

/** @throws SnappyMissingError without the package `snappy` */
export async function loadSnappy(): Promise<Snappy> {
  try {
    return await import('snappy');
  } catch (error) {
    throw new SnappyMissingError(error);
  }
}

/** How long a compressed body says it is unzipped (bytes); undefined when it does not begin with a length. */
export function unzippedLength(body: Buffer): number | undefined {
  let length = 0;
  let factor = 1;
  for (let at = 0; at < Math.min(5, body.length); at++) {
    length += (body[at]! & 0x7f) * factor;
    if (body[at]! < 0x80) return length;
    factor *= 128;
  }
  return undefined;
}
