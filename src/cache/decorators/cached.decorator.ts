import type { EntryOptions } from '../entry.options';
import { cacheKey } from '../keys/cache-key';
import { type AsyncMethod, cacheOf, injectCache, replaceMethod } from './injected-cache';

export interface CachedOptions<Args extends readonly never[]> extends Omit<EntryOptions, 'tags'> {
  /**
   * The key, or what makes it from the arguments. A text is followed by a hash of the arguments, if there are any. Default:
   * class and method.
   */
  readonly key?: string | ((...args: Args) => string);
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[]);
  readonly namespace?: string;
}

/**
 * Caches what an async method of a provider resolves with, one entry for each combination of arguments. The arguments
 * have to be data (see cacheKey), unless `key` is a function.
 */
export function Cached<Args extends readonly never[] = never[]>(options: CachedOptions<Args> = {}) {
  return <M extends (...args: Args) => Promise<unknown>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    injectCache(target);
    const original = descriptor.value as unknown as AsyncMethod;
    const prefix = typeof options.key === 'string' ? options.key : `${target.constructor.name}.${String(name)}`;
    const { key: _key, tags, namespace, ...entry } = options;
    const keyOf = typeof options.key === 'function' ? options.key : (...args: Args) => withArguments(prefix, args);
    replaceMethod(descriptor, name, function cached(this: unknown, ...args: never[]) {
      const cache = cacheOf(this, namespace);
      if (cache === undefined) return original.apply(this, args);
      const called = args as unknown as Args;
      const fixed = typeof tags === 'function' ? tags(...called) : tags;
      return cache.getOrSet(
        keyOf(...called),
        () => original.apply(this, args),
        fixed ? { ...entry, tags: fixed } : entry,
      );
    });
  };
}

function withArguments(prefix: string, args: readonly unknown[]): string {
  return args.length === 0 ? prefix : `${prefix}:${cacheKey(...args)}`;
}
