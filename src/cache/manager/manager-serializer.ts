import type { DeserializedData } from 'keyv';
import { CacheValueError } from '../cache.errors';
import { fromTypedJson, toTypedJson } from '../values/typed-json';
import { ValueWarnings } from '../values/value-warnings';
import { toCacheable } from '../values/cacheable-value';

const SILENT = new ValueWarnings(() => undefined);

/** What no text can say (a function, an Error, a cycle …), as Keyv would have it of a store that keeps references. */
class KeptByReference<T> implements DeserializedData<T> {
  readonly value: T | undefined;
  readonly expires: number | undefined;
  constructor({ value, expires }: DeserializedData<T>) {
    this.value = value;
    this.expires = expires;
  }
}

/**
 * A value of cache-manager as a text, with Date, Map, BigInt and what else Keyv's own JSON would lose or refuse. What is
 * no data is handed on as it is, and stays in memory.
 */
export function serialize<T>(data: DeserializedData<T>): string {
  try {
    return toTypedJson({ ...data, value: toCacheable(data.value, 'plain', SILENT).value });
  } catch (error) {
    if (!(error instanceof CacheValueError)) throw error;
    // Keyv passes on to the store whatever it gets.
    return new KeptByReference(data) as never;
  }
}

export function deserialize<T>(text: string): DeserializedData<T> {
  return fromTypedJson(text) as DeserializedData<T>;
}
