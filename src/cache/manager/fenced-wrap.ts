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
 * invalidated while it is loaded is not stored. A `ttl` or `refreshThreshold` that is a function of the value is asked when
 * the value is loaded.
 */
export function fencedWrap(cache: CacheNamespace, defaultTtlMs: number): Wrap {
  const wrap = async <T>(
    key: string,
    load: () => T | Promise<T>,
    ttlOrOptions?: Given<T, number> | WrapOptions<T>,
    threshold?: Given<T, number>,
  ): Promise<unknown> => {
    const options: WrapOptions<T> =
      typeof ttlOrOptions === 'object' ? ttlOrOptions : { ttl: ttlOrOptions, refreshThreshold: threshold };
    const { ttl, refreshThreshold, raw } = options;
    const loadText = async ({ setTtl, setRefreshAheadRatio, skip }: LoadContext): Promise<unknown> => {
      const value = await load();
      const ttlMs = (typeof ttl === 'function' ? ttl(value) : ttl) ?? defaultTtlMs;
      const lasts = ttlMs > 0 && ttlMs !== Number.POSITIVE_INFINITY;
      setTtl(lasts ? ttlMs : Number.POSITIVE_INFINITY);
      const thresholdMs = typeof refreshThreshold === 'function' ? refreshThreshold(value) : refreshThreshold;
      if (thresholdMs !== undefined && lasts) setRefreshAheadRatio(shareBefore(thresholdMs, ttlMs));
      if (value === undefined) skip();
      return asStored({ value, expires: lasts ? Date.now() + ttlMs : undefined }, skip);
    };
    // As in cache-manager, a load may take as long as it likes.
    const stored = await cache.getOrSet<unknown>(key, loadText, {
      hardTimeoutMs: Number.POSITIVE_INFINITY,
    });
    const data = deserialize<T>(stored);
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
function shareBefore(thresholdMs: number, ttlMs: number): number {
  return Math.min(1, Math.max(0, 1 - thresholdMs / ttlMs));
}
