import * as fc from 'fast-check';
import { ByteWriter } from './byte-writer';
import { ChunkCodec } from './chunk-codec';

const CAPACITY = 240;
const codec = new ChunkCodec(CAPACITY);
const writer = new ByteWriter();

/** Any 64 bits: every NaN payload, -0, infinities, denormals. */
const anyBits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const special = fc.constantFrom(
  0x7ff0000000000002n, // stale
  0x7ff8000000000000n, // NaN
  0xfff7ffff_fff7ffffn, // a NaN engines like to use for themselves
  0x8000000000000000n, // -0
  0x7ff0000000000000n, // Infinity
  0xfff0000000000000n,
  1n, // the least denormal
);
const bitsOf = (value: number) => new BigUint64Array(new Float64Array([value]).buffer)[0]!;
const finite = fc.double({ noNaN: true }).map(bitsOf);
const whole = fc.maxSafeInteger().map(bitsOf);
const small = fc.integer({ min: -3, max: 3 }).map(bitsOf);
const decimal = fc
  .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat({ max: 12 }))
  .map(([n, exponent]) => bitsOf(n / 10 ** exponent));
const counter = fc
  .tuple(fc.nat(1e9), fc.array(fc.integer({ min: -5, max: 500 }), { minLength: 1, maxLength: CAPACITY }))
  .map(([start, steps]) => {
    let value = start;
    return steps.map((step) => bitsOf((value = step === -5 ? 0 : value + Math.max(0, step))));
  });
const rows = fc.oneof(
  ...[anyBits, special, finite, whole, small, decimal].map((one) =>
    fc.array(one, { minLength: 1, maxLength: CAPACITY }),
  ),
  fc.array(fc.oneof({ weight: 30, arbitrary: decimal }, special), { minLength: 1, maxLength: CAPACITY }),
  fc.array(fc.oneof({ weight: 30, arbitrary: small }, anyBits), { minLength: 1, maxLength: CAPACITY }),
  counter,
);
const steps = fc.oneof(
  fc.constant([10_000]),
  fc.array(fc.constantFrom(10_000, 20_000, 10_000, 10_000), { minLength: 1 }),
  fc.array(fc.integer({ min: 9_950, max: 10_050 }), { minLength: 1 }),
  fc.array(fc.oneof(fc.nat(2 ** 30), fc.nat(2 ** 42)), { minLength: 1 }).map((all) => all.map((step) => step + 1)),
);

function roundTrip(bits: readonly bigint[], stepsMs: readonly number[]) {
  const values = new Float64Array(BigUint64Array.from(bits).buffer);
  const timestamps = new Float64Array(bits.length);
  let time = 1_700_000_000_000;
  for (let i = 0; i < bits.length; i++) timestamps[i] = time += stepsMs[i % stepsMs.length]!;
  writer.clear();
  writer.u8(0xaa); // a chunk begins anywhere
  codec.encode(writer, timestamps, values, bits.length);
  const decodedTimes = new Float64Array(bits.length + 2);
  const decodedValues = new Float64Array(bits.length + 2);
  const count = codec.decode(writer.bytes.slice(), 1, decodedTimes, decodedValues, 2);
  return {
    bytes: writer.length - 1,
    same:
      count === bits.length &&
      timestamps.every((expected, i) => decodedTimes[i + 2] === expected) &&
      [...new BigUint64Array(decodedValues.buffer, 16)].every((word, i) => word === bits[i]),
    head: codec.head(writer.bytes, 1),
    expectedHead: { firstMs: timestamps[0], lastMs: timestamps.at(-1), count: bits.length },
  };
}

const row = (next: (i: number) => number) => Array.from({ length: CAPACITY }, (_, i) => bitsOf(next(i)));

describe('ChunkCodec', () => {
  it('gives every bit of every value and every time back', () => {
    fc.assert(
      fc.property(rows, steps, (bits, stepsMs) => {
        const { same, head, expectedHead } = roundTrip(bits, stepsMs);
        expect(same).toBe(true);
        expect(head).toEqual(expectedHead);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['a constant', () => 42, 24],
    ['an idle counter', (i: number) => 1_000 + Math.floor(i / 100), 30],
    ['a counter with a reset', (i: number) => (i < 100 ? 5_000 + i * 3 : (i - 100) * 3), 60],
    ['bytes in steps of 8', (i: number) => 8e7 + i * 4_096 + 8 * (i % 4), CAPACITY * (2 / 8) + 30],
    ['a ratio with three decimals', (i: number) => ((i * 37) % 128) / 1_000, CAPACITY * (7 / 8) + 30],
  ])('keeps %s small', (_, next, maxBytes) => {
    const { same, bytes } = roundTrip(row(next), [10_000]);
    expect(same).toBe(true);
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  });

  it('takes next to nothing for times on a grid, and their jitter otherwise', () => {
    const constant = row(() => 1);
    const grid = roundTrip(constant, [10_000]).bytes;
    expect(roundTrip(constant, [...Array<number>(100).fill(10_000), 30_000]).bytes - grid).toBeLessThan(20);
    expect(roundTrip(constant, [9_990, 10_005, 10_010, 9_999, 10_000]).bytes - grid).toBeLessThan(CAPACITY * (6 / 8));
  });
});
