import * as fc from 'fast-check';
import { RedisKeys } from './redis-keys';

const slot = new RedisKeys('pg').slots('default', 1)[0]!;
const texts = fc.array(fc.constantFrom('\ud800', '\udc00', '\ufffd', 'd', '8', '0', 'a'), { maxLength: 12 });

/** As Redis gets it. */
function bytesOf(key: string): string {
  return Buffer.from(slot.value(key)).toString('hex');
}

describe('RedisKeys', () => {
  it('has one key of Redis for each key, whatever halves of surrogate pairs it holds, and finds it again', () => {
    expect(bytesOf('\ud800')).not.toBe(bytesOf('\ufffdd800'));
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const [a, b] = [one.join(''), other.join('')];
        expect(bytesOf(a) === bytesOf(b)).toBe(a === b);
        expect(slot.keyOf(Buffer.from(slot.value(a)).toString())).toBe(a);
        expect(slot.lock(a) === slot.lock(b)).toBe(a === b);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has a channel for each database, as keys are separated by it', () => {
    const channels = [0, 1, 2].map((database) => new RedisKeys('pg', database).bus);
    expect(channels).toEqual(['pg:bus', 'pg:bus:1', 'pg:bus:2']);
  });
});
