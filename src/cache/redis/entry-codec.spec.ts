import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { ManualClock } from '../../testing/manual-clock';
import { CacheTime } from '../cache-time';
import { toCacheable } from '../values/cacheable-value';
import { ValueWarnings } from '../values/value-warnings';
import { ServerTime } from './server-time';
import { EntryCodec, MAGIC } from './entry-codec';

const time = new CacheTime(new ManualClock());
const codec = new EntryCodec({ compressionThresholdBytes: 200, maxDecompressedBytes: 1_000_000 }, new ServerTime(time));
const warnings = new ValueWarnings(() => undefined);
const life = { expiresAt: 1_000, staleUntil: 2_000, refreshAt: 500 };

const trap = fc.constantFrom(
  '$',
  '__proto__',
  'then',
  'toJSON',
  'constructor',
  '_function_x|() => process.exit(1)',
  '_date_2020-01-01T00:00:00.000Z',
  '_undefined_',
  ':base64:AAAA',
);
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  trap,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(undefined, null, Number.NaN, -0, Number.POSITIVE_INFINITY),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.int16Array(),
  fc.float32Array(),
  fc.uint8ClampedArray(),
  // Views into memory that others use, too.
  fc.tuple(fc.uint8Array(), fc.nat(3)).map(([bytes, from]) => Buffer.from(bytes).subarray(from)),
  fc.uint8Array().map((bytes) => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  }),
);
/** Properties that are not simply there: computed, hidden, of a class, named by a symbol. */
const odd = (inner: unknown): object =>
  Object.defineProperties(Object.create({ inherited: inner }) as object, {
    computed: { get: () => inner, enumerable: true },
    hidden: { value: inner, enumerable: false },
    [Symbol('named')]: { value: inner, enumerable: true },
    call: { value: () => inner, enumerable: true },
  });
type Values = (value: fc.Arbitrary<unknown>) => readonly fc.Arbitrary<unknown>[];
/** Values of all kinds inside of each other. */
function values(noNullPrototype: boolean, others: Values): fc.Arbitrary<unknown> {
  const keys = fc.oneof(fc.string({ unit: 'binary' }), trap);
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 5, noNullPrototype }),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
      ...others(tie('value')),
    ),
  })).value;
}
const anything = values(true, () => []);
/** Also what does not come back as it was: with holes, computed properties, no prototype, behind a Proxy. */
const strange = values(false, (value) => [
  fc.sparseArray(value, { maxLength: 5 }),
  value.map(odd),
  value.map((inner) => new Proxy({ inner }, {})),
]);

async function throughRedis(value: unknown): Promise<unknown> {
  const rest = (await codec.encode(toCacheable(value, 'plain', warnings), life, ['t']))!;
  const payload = Buffer.concat([MAGIC, Buffer.from('0000000000000042'), rest]);
  expect(codec.asOf(payload)).toBe(42);
  const { stored, ...entry } = await codec.decode(payload);
  expect(entry).toEqual({ ...life, tags: ['t'] });
  return stored.value;
}

describe('EntryCodec', () => {
  it('gives back every value as memory would', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const kept = toCacheable(value, 'plain', warnings).value;
        expect(isDeepStrictEqual(kept, value)).toBe(true);
        expect(isDeepStrictEqual(await throughRedis(value), value)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('makes of what is not plain data the same as memory', async () => {
    await fc.assert(
      fc.asyncProperty(strange, async (value) => {
        const kept = toCacheable(value, 'plain', warnings).value;
        expect(isDeepStrictEqual(await throughRedis(value), kept)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('throws on every foreign, cut or changed payload', async () => {
    const value = toCacheable({ text: 'x'.repeat(50), at: new Date(0) }, 'plain', warnings);
    const rest = (await codec.encode(value, life, []))!;
    const good = Buffer.concat([MAGIC, Buffer.from('0000000000000042'), rest]);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc.nat({ max: good.length - 1 }).map((end) => good.subarray(0, end)),
          fc.tuple(fc.integer({ min: 52, max: good.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
            const changed = Buffer.from(good);
            changed[at]! ^= by;
            return changed;
          }),
        ),
        async (payload) => {
          const asOf = codec.asOf(payload);
          if (asOf !== undefined) await expect((async () => codec.decode(payload))()).rejects.toThrow();
        },
      ),
      { numRuns: 400 },
    );
  });

  it('compresses what is large, and refuses what would become too large, before it is stored and when it is read', async () => {
    const value = 'a'.repeat(500_000);
    const rest = (await codec.encode(toCacheable(value, 'plain', warnings), life, []))!;
    expect(rest.length).toBeLessThan(1_000);
    expect(await throughRedis(value)).toBe(value);
    const large = toCacheable('a'.repeat(2_000_000), 'plain', warnings);
    expect(await codec.encode(large, life, [])).toBeUndefined();
    const other = new EntryCodec(
      { compressionThresholdBytes: 200, maxDecompressedBytes: 4_000_000 },
      new ServerTime(time),
    );
    const bomb = (await other.encode(large, life, []))!;
    const payload = Buffer.concat([MAGIC, Buffer.from('0000000000000042'), bomb]);
    await expect((async () => codec.decode(payload))()).rejects.toThrow();
  });
});
