import { crc32 } from 'node:zlib';

/** Up to this many bytes the loop here takes less time than the call into native code. */
const MAX_IN_JAVASCRIPT = 256;
const POLYNOMIAL = 0xedb88320;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder;
});

/** CRC-32 (as in IEEE 802.3 and zlib) of the bytes from `start` on. */
export function checksum(bytes: Uint8Array, start: number): number {
  if (bytes.length - start > MAX_IN_JAVASCRIPT) return crc32(bytes.subarray(start));
  let remainder = -1;
  for (let at = start; at < bytes.length; at++) remainder = TABLE[(remainder ^ bytes[at]!) & 0xff]! ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
