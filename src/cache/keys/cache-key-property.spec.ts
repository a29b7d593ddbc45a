import assert from 'node:assert';
import * as fc from 'fast-check';
import { cacheKey, callArguments } from './cache-key';

const values = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<unknown>(
      0,
      -0,
      1,
      '1',
      1n,
      true,
      'true',
      null,
      undefined,
      Number.NaN,
      '',
      '\ud800',
      '\udfff',
      '\ufffd',
    ),
    fc.constantFrom<unknown>(Symbol.for('gt'), Symbol.for('lt'), Symbol.iterator),
    fc.constantFrom(0, 1, Number.NaN).map((time) => new Date(time)),
    fc
      .constantFrom('', 'a', 'ab')
      .chain((text) =>
        fc.constantFrom<() => unknown>(
          () => Buffer.from(text),
          () => new Uint8Array(Buffer.from(text)),
          () => new RegExp(text || 'b'),
          () => Object(text) as unknown,
        ),
      )
      .map((make) => make()),
    fc.string({ maxLength: 2 }),
  ),
  node: fc.oneof(
    { weight: 3, arbitrary: tie('leaf') },
    fc.array(tie('node'), { maxLength: 3 }),
    fc.sparseArray(tie('node'), { maxLength: 3, maxNumElements: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__', '0'), tie('node'), { maxKeys: 3 }),
    fc
      .tuple(fc.constantFrom(Symbol.for('gt'), Symbol.for('lt')), tie('node'))
      .map(([key, value]) => ({ [key]: value })),
    fc.array(tie('node'), { maxLength: 2 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('node'), tie('node')), { maxLength: 2 }).map((items) => new Map(items)),
    fc
      .tuple(fc.array(tie('leaf'), { maxLength: 2 }), tie('leaf'))
      .map(([list, extra]) => Object.assign(list, { extra })),
  ),
}));
const lists = fc.array(values.node, { maxLength: 3 });

function areEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  try {
    assert.deepStrictEqual(callArguments(a), callArguments(b));
    return true;
  } catch {
    return false;
  }
}

/** The same arguments made again, with properties and entries in the opposite order. */
function remade(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return new Map([...value].toReversed().map(([key, item]) => [remade(key), remade(item)]));
  if (value instanceof Set) return new Set([...value].toReversed().map(remade));
  if (!Array.isArray(value) && Object.prototype.toString.call(value) !== '[object Object]') return value;
  const made: object = Array.isArray(value)
    ? Object.assign([], { length: value.length })
    : Object.create(Object.getPrototypeOf(value));
  for (const key of Reflect.ownKeys(value).toReversed()) {
    const found = Object.getOwnPropertyDescriptor(value, key)!;
    Object.defineProperty(made, key, { ...found, value: remade(found.value) });
  }
  return made;
}

describe('cacheKey, of any arguments', () => {
  it('is never one key for arguments that assert.deepStrictEqual tells apart, and is one for those it takes for equal', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        expect(cacheKey(...a) === cacheKey(...b)).toBe(areEqual(a, b));
      }),
      { numRuns: 1_500 },
    );
  });

  it('is one key for the same arguments in another order of properties', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const again = list.map(remade);
        fc.pre(areEqual(list, again));
        expect(cacheKey(...again)).toBe(cacheKey(...list));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is never one key for neighbours: one place of the arguments changed', () => {
    fc.assert(
      fc.property(fc.array(values.node, { minLength: 1, maxLength: 3 }), values.node, fc.nat(2), (list, other, at) => {
        const changed = list.with(at % list.length, other);
        expect(cacheKey(...changed) === cacheKey(...list)).toBe(areEqual(changed, list));
      }),
      { numRuns: 1_000 },
    );
  });
});
