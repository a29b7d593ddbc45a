import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { checksum } from './checksum';

describe('checksum', () => {
  it('is the CRC-32 of zlib, for short and for long bytes', () => {
    expect(checksum(Buffer.from('__123456789'), 2)).toBe(0xcbf43926); // the check value of the algorithm's catalogue
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(20), (bytes, start) => {
        expect(checksum(bytes, start)).toBe(crc32(bytes.subarray(start)));
      }),
    );
  });
});
