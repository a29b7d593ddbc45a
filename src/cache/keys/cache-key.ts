import { hash } from 'node:crypto';
import { CacheKeyError } from '../cache.errors';
import { KeyText } from './key-text';

const HASH_CHARACTERS = 32;

/**
 * A key from structured arguments. It is equal for equal data, whatever the order of properties, and differs for 1 and '1',
 * for a Date and its text, for instances of two classes. Undefined at the end counts as left out, as in a call. An object
 * that describes itself (`toJSON`, `toHexString`, `Symbol.toPrimitive`) counts as what it says. The key has 192 bits of
 * SHA-256, so it stays short. Throws CacheKeyError, with the place in the arguments, for everything that may hold what
 * cannot be seen: functions, accessors, proxies, private fields, cycles and most built-in objects (Error, Headers …).
 */
export function cacheKey(...parts: readonly unknown[]): string {
  return hash('sha256', textOf(callArguments(parts)), 'base64url').slice(0, HASH_CHARACTERS);
}

/** The arguments without undefined at the end: `f(1)` and `f(1, undefined)` are one call. */
export function callArguments(args: readonly unknown[]): readonly unknown[] {
  let { length } = args;
  while (length > 0 && args[length - 1] === undefined) length--;
  return length === args.length ? args : args.slice(0, length);
}

function textOf(parts: readonly unknown[]): string {
  const text = new KeyText();
  try {
    return text.ofArguments(parts);
  } catch (error) {
    // What an object says of itself is its own code, and may throw anything.
    throw error instanceof CacheKeyError
      ? error
      : new CacheKeyError(`${text.path}, whose description of itself fails: ${String(error)}`);
  }
}
