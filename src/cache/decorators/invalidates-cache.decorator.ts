import { CacheOptionError } from '../cache.errors';
import { NAMESPACE_NAME } from '../namespace/namespace-name';
import { checked, checkOptions, TEXTS, TEXTS_OR_FUNCTION } from '../options/option-checks';
import { decorateMethod, placeOf } from './decorated-method';
import type { AsyncMethod, Fits } from './fitting-method';
import { cacheOf } from './injected-cache';

type Names<Args extends readonly unknown[]> = readonly string[] | ((...args: Args) => readonly string[]);

export interface InvalidatesCacheOptions<
  KeysArgs extends readonly unknown[],
  TagsArgs extends readonly unknown[] = KeysArgs,
> {
  readonly keys?: Names<KeysArgs>;
  readonly tags?: Names<TagsArgs>;
  /** The namespace of the keys and tags. Without it, tags are invalidated in all namespaces. */
  readonly namespace?: string;
}

const RULES = { keys: TEXTS_OR_FUNCTION, tags: TEXTS_OR_FUNCTION, namespace: NAMESPACE_NAME };

/**
 * Invalidates keys or tags when an async method of a provider has settled, also if it failed, because it may have changed
 * something before. Functions for names are called before the method: if one throws, or returns no array of texts, the
 * call rejects and the method does not run. Throws CacheOptionError for bad options when the class is defined.
 */
export function InvalidatesCache<KeysArgs extends readonly unknown[] = [], TagsArgs extends readonly unknown[] = []>(
  options: InvalidatesCacheOptions<KeysArgs, TagsArgs>,
) {
  return <M extends AsyncMethod>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M> & Fits<'keys', KeysArgs, M> & Fits<'tags', TagsArgs, M>,
  ): void => {
    const place = placeOf('@InvalidatesCache()', target, name);
    checkOptions(options, RULES, place);
    if (isEmpty(options.keys) && isEmpty(options.tags)) {
      throw new CacheOptionError(`${place}: give it keys or tags, without any it would invalidate nothing`);
    }
    const namesOf = (field: 'keys' | 'tags', args: readonly unknown[]): readonly string[] => {
      const names: Names<never[]> = (options[field] as Names<never[]> | undefined) ?? [];
      return typeof names === 'function' ? checked(`${place}: ${field}`, names(...(args as never[])), TEXTS) : names;
    };
    decorateMethod(
      '@InvalidatesCache()',
      target,
      name,
      descriptor,
      (original) =>
        async function invalidating(this: unknown, ...args: never[]) {
          const cache = cacheOf(this, options.namespace);
          if (cache === undefined) return original.apply(this, args);
          const keys = namesOf('keys', args);
          const tags = namesOf('tags', args);
          try {
            return await original.apply(this, args);
          } finally {
            await cache.deleteMany(keys);
            await cache.deleteByTags(tags);
          }
        },
    );
  };
}

function isEmpty(names: unknown): boolean {
  return names === undefined || (Array.isArray(names) && names.length === 0);
}
