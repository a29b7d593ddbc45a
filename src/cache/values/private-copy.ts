import { types } from 'node:util';
import { binaryTypeOf, copyBinary } from './binary-types';

/** A deep copy of a value in the cache, whose types and depth have been checked; it shares nothing with it. */
export function privateCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(privateCopy);
  const binary = binaryTypeOf(value);
  if (binary !== undefined) return copyBinary(value as NodeJS.TypedArray, binary);
  if (types.isDate(value)) return new Date(value.getTime());
  if (types.isMap(value)) return new Map(Array.from(value, ([key, item]) => [privateCopy(key), privateCopy(item)]));
  if (types.isSet(value)) return new Set(Array.from(value, privateCopy));
  const copied: Record<string, unknown> = { ...value };
  for (const key of Object.keys(copied)) {
    const item = copied[key];
    if (typeof item === 'object' && item !== null) {
      Object.defineProperty(copied, key, {
        value: privateCopy(item),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }
  return copied;
}
