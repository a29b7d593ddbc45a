import type { DeserializedData } from 'keyv';
import { CacheValueError } from '../cache.errors';
import { fromTypedJson, toTypedJson } from '../values/typed-json';
import { isDeferred } from '../values/hidden-state';
import { ValueWarnings } from '../values/value-warnings';
import { toCacheable } from '../values/cacheable-value';

const SILENT = new ValueWarnings(() => undefined);

/** A value that no text can represent (a function, an Error, a cycle …), in the form that Keyv gets from stores of references. */
class KeptByReference<T> implements DeserializedData<T> {
  readonly value: T | undefined;
  readonly expires: number | undefined;
  constructor({ value, expires }: DeserializedData<T>) {
    this.value = value;
    this.expires = expires;
  }
}

/**
 * A value of cache-manager as a text, including Date, Map, BigInt and other values that Keyv's own JSON loses or refuses.
 * A value that is not data is passed on as it is, and stays in memory. Throws CacheValueError for a stream, a promise or an
 * observable: the next reader would find it read.
 */
export function serialize<T>(data: DeserializedData<T>): string {
  try {
    return toTypedJson({ ...data, value: toCacheable(data.value, 'plain', SILENT).value });
  } catch (error) {
    if (!(error instanceof CacheValueError) || isDeferredValue(data.value)) throw error;
    // Keyv passes any value on to the store.
    return new KeptByReference(data) as never;
  }
}

/** What `deserialize` will make of the value. */
export function storedForm(value: unknown): unknown {
  const text: unknown = serialize({ value });
  return typeof text === 'string' ? deserialize(text).value : value;
}

function isDeferredValue(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isDeferred(value);
}

/** The value that `serialize` made a text of, or passed on as it is. */
export function deserialize<T>(stored: unknown): DeserializedData<T> {
  return (typeof stored === 'string' ? fromTypedJson(stored) : stored) as DeserializedData<T>;
}
