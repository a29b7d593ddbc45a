import { types } from 'node:util';
import { binaryFrom, binaryTypeOf } from './binary-types';

/**
 * Writes values as JSON that JSON does not have: each of them is `{"$": [type, data]}`. An object with a property `$` is
 * wrapped in the same way, so that data is never read as a type. Only values that need it are written like this.
 */
const MARK = '$';

export function toTypedJson(value: unknown): string {
  return JSON.stringify(wrap(value));
}

/** Throws for a text that `toTypedJson` cannot have written. */
export function fromTypedJson(text: string): unknown {
  return unwrap(JSON.parse(text));
}

function marked(type: string, data?: unknown): Record<string, unknown> {
  return { [MARK]: [type, data] };
}

function wrap(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return marked('u');
    case 'bigint':
      return marked('i', String(value));
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : marked('n', numberText(value));
    case 'object':
      return value === null ? null : wrapObject(value);
    default:
      return value;
  }
}

function wrapObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(wrap);
  if (types.isDate(value)) return marked('d', numberText(value.getTime()));
  if (types.isMap(value))
    return marked(
      'm',
      Array.from(value, ([key, item]) => [wrap(key), wrap(item)]),
    );
  if (types.isSet(value)) return marked('s', Array.from(value, wrap));
  const binary = binaryTypeOf(value);
  if (binary !== undefined) {
    const { buffer, byteOffset, byteLength } = value as NodeJS.TypedArray;
    return marked('b', [binary, Buffer.from(buffer, byteOffset, byteLength).toString('base64')]);
  }
  const fields = mapFields(value, wrap);
  return Object.hasOwn(value, MARK) ? marked('o', fields) : fields;
}

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unwrap);
  if (!Object.hasOwn(value, MARK)) return mapFields(value, unwrap);
  const [type, data] = (value as Record<string, [unknown, unknown]>)[MARK]!;
  switch (type) {
    case 'u':
      return undefined;
    case 'i':
      return BigInt(data as string);
    case 'n':
      return textNumber(data);
    case 'd':
      return new Date(textNumber(data));
    case 'm':
      return new Map((data as [unknown, unknown][]).map(([key, item]) => [unwrap(key), unwrap(item)]));
    case 's':
      return new Set((data as unknown[]).map(unwrap));
    case 'b': {
      const [name, base64] = data as [string, string];
      return binaryFrom(Buffer.from(base64, 'base64'), name);
    }
    case 'o':
      return mapFields(data as object, unwrap);
    default:
      throw new TypeError(`unknown type ${String(type)} in a cached value`);
  }
}

/** JSON has no number for Infinity, NaN and -0. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function textNumber(text: unknown): number {
  if (typeof text !== 'string') throw new TypeError('not the text of a number');
  return Number(text);
}

/** A new object; a property called `__proto__` becomes an own property like any other. */
function mapFields(source: object, map: (value: unknown) => unknown): Record<string, unknown> {
  const target: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(source)) {
    if (key === '__proto__') {
      Object.defineProperty(target, key, { value: map(value), writable: true, enumerable: true, configurable: true });
    } else target[key] = map(value);
  }
  return target;
}
