import type { Cache } from 'cache-manager';
import type { DeserializedData } from 'keyv';
import { CacheValueError } from '../cache.errors';
import type { CacheNamespace } from '../cache-namespace';
import type { LoadContext } from '../load/loader';
import { deserialize, serialize } from './manager-serializer';

type Wrap = Cache['wrap'];
type Given<T, R> = R | ((value: T) => R) | undefined;
interface WrapOptions<T> {
  readonly ttl?: Given<T, number>;
  readonly refreshThreshold?: Given<T, number>;
  readonly raw?: true;
}

/**
 * `wrap` of cache-manager as a load of this cache: for all processes together a value is loaded once, and one that is
 * invalidated while it is loaded is not stored. `stock` does what this cannot: thresholds for refreshing that depend on the
 * value.
 */
export function fencedWrap(cache: CacheNamespace, stock: Wrap, defaultTtlMs: number): Wrap {
  const wrap = async <T>(
    key: string,
    load: () => T | Promise<T>,
    ttlOrOptions?: Given<T, number> | WrapOptions<T>,
    threshold?: Given<T, number>,
  ): Promise<unknown> => {
    const options: WrapOptions<T> =
      typeof ttlOrOptions === 'object' ? ttlOrOptions : { ttl: ttlOrOptions, refreshThreshold: threshold };
    const { ttl, refreshThreshold, raw } = options;
    if (refreshThreshold !== undefined && !(typeof refreshThreshold === 'number' && typeof ttl !== 'function')) {
      return (stock as (...args: unknown[]) => Promise<unknown>)(key, load, options);
    }
    const loadText = async ({ setTtl, skip }: LoadContext): Promise<unknown> => {
      const value = await load();
      const ttlMs = (typeof ttl === 'function' ? ttl(value) : ttl) ?? defaultTtlMs;
      const lasts = ttlMs > 0 && ttlMs !== Number.POSITIVE_INFINITY;
      setTtl(lasts ? ttlMs : Number.POSITIVE_INFINITY);
      if (value === undefined) skip();
      return asStored({ value, expires: lasts ? Date.now() + ttlMs : undefined }, skip);
    };
    const refreshAheadRatio = shareBefore(refreshThreshold, ttl ?? defaultTtlMs);
    // As in cache-manager, a load may take as long as it likes.
    const stored = await cache.getOrSet<unknown>(key, loadText, {
      hardTimeoutMs: Number.POSITIVE_INFINITY,
      ...refreshAheadRatio,
    });
    const data = typeof stored === 'string' ? deserialize<T>(stored) : (stored as DeserializedData<T>);
    return raw === true ? data : data.value;
  };
  return wrap as Wrap;
}

/** The form that Keyv stores; what it refuses, such as a stream, is handed to the callers and not kept. */
function asStored<T>(data: DeserializedData<T>, skip: () => void): unknown {
  try {
    return serialize(data);
  } catch (error) {
    if (!(error instanceof CacheValueError)) throw error;
    skip();
    return data;
  }
}

/** `refreshThreshold` says how long before its end a value is renewed; the cache wants the share of its time before that. */
function shareBefore(threshold: number | undefined, ttl: unknown): { readonly refreshAheadRatio?: number } {
  if (threshold === undefined || typeof ttl !== 'number' || ttl <= 0 || ttl === Number.POSITIVE_INFINITY) return {};
  return { refreshAheadRatio: Math.min(1, Math.max(0, 1 - threshold / ttl)) };
}
