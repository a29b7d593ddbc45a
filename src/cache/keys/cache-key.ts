import { hash } from 'node:crypto';
import { types } from 'node:util';
import { CacheKeyError } from '../cache.errors';
import { binaryTypeOf } from '../values/binary-types';
import { hasHiddenState } from '../values/hidden-state';

const HASH_CHARACTERS = 32;
const MAX_DEPTH = 200;

/**
 * A key from structured arguments. It is equal for equal data, whatever the order of properties. It differs for 1 and '1',
 * for a Date and its text, for undefined and an absent property. It has 192 bits of SHA-256, so keys stay short. Throws
 * CacheKeyError for functions, symbols, cycles and built-in objects whose content cannot be read (Error, Headers,
 * ArrayBuffer …), because all of them would have the same key. Private fields (`#x`) of a class are ignored.
 */
export function cacheKey(...parts: readonly unknown[]): string {
  return hash('sha256', describe(parts, []), 'base64url').slice(0, HASH_CHARACTERS);
}

/** Each kind of value begins with its own letter, and strings are quoted, so that two values never give the same text. */
function describe(value: unknown, ancestors: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? 'n-0' : `n${value}`;
    case 'bigint':
      return `i${value}`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'object':
      return value === null ? '0' : describeObject(value, ancestors);
    default:
      throw new CacheKeyError(`a ${typeof value}`);
  }
}

function describeObject(value: object, outer: readonly object[]): string {
  if (outer.includes(value)) throw new CacheKeyError('a reference to an object it is inside of');
  if (outer.length >= MAX_DEPTH) throw new CacheKeyError(`more than ${MAX_DEPTH} levels`);
  const ancestors = [...outer, value];
  const each = (item: unknown): string => describe(item, ancestors);
  if (Array.isArray(value)) return `[${Array.from(value, each).join()}]`;
  if (types.isDate(value)) return `d${value.getTime()}`;
  if (types.isMap(value)) {
    return `M{${Array.from(value, ([key, item]) => `${each(key)}:${each(item)}`)
      .toSorted()
      .join()}}`;
  }
  if (types.isSet(value)) return `S{${Array.from(value, each).toSorted().join()}}`;
  const binary = binaryTypeOf(value);
  if (binary !== undefined) {
    const { buffer, byteOffset, byteLength } = value as NodeJS.TypedArray;
    return `b${binary}(${Buffer.from(buffer, byteOffset, byteLength).toString('base64')})`;
  }
  const record = value as Record<string, unknown>;
  const fields = Object.keys(record)
    .filter((key) => typeof record[key] !== 'function')
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${each(record[key])}`);
  return `${classOf(value)}{${fields.join()}}`;
}

/** The name of the class, so that instances of two classes differ; for objects that hold a text, that text too. */
function classOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return 'o';
  const name = value.constructor?.name ?? '';
  if (isText(value)) return `c${name}${JSON.stringify(String(value))}`;
  if (hasHiddenState(value)) throw new CacheKeyError(`an instance of ${name}`);
  return `c${name}`;
}

/** Whether `String(value)` gives all of its content. */
function isText(value: object): boolean {
  return (
    value instanceof URLSearchParams || value instanceof URL || types.isRegExp(value) || types.isBoxedPrimitive(value)
  );
}
