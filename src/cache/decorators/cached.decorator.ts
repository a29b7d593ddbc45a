import { CacheKeyError } from '../cache.errors';
import { ENTRY_OPTION_RULES, type EntryOptions, type TagsOf } from '../options/entry.options';
import { cacheKey, callArguments } from '../keys/cache-key';
import { NAMESPACE_NAME } from '../namespace/namespace-name';
import { checkOptions, FUNCTION, TEXT_OR_FUNCTION, TEXTS_OR_FUNCTION } from '../options/option-checks';
import { defaultKey, addDefinition } from './cached-definitions';
import { decorateMethod, placeOf } from './decorated-method';
import type { AsyncMethod, Fits } from './fitting-method';
import { cacheOf } from './injected-cache';

/** A call of a decorated method, as `vary` gets it. */
export interface CachedCall<Args extends readonly unknown[], Instance = never> {
  readonly instance: Instance;
  readonly args: Args;
}

export interface CachedOptions<
  KeyArgs extends readonly unknown[] = readonly never[],
  TagsArgs extends readonly unknown[] = KeyArgs,
> extends Omit<EntryOptions, 'tags'> {
  /**
   * The key, or a function that makes it from the arguments. After a text comes a hash of the arguments, if there are any but undefined.
   * Default: the names of the instance's class and of the method. So classes of the same name share their entries.
   */
  readonly key?: string | ((...args: KeyArgs) => string);
  /**
   * Whose answer it is, if it is not the same for everyone: data such as the id of a user or tenant, never undefined. `@`
   * and a hash of it end the key. `instance` is the object whose method is called; a request-scoped one knows its request.
   */
  readonly vary?: (call: CachedCall<never>) => unknown;
  readonly tags?: readonly string[] | ((...args: TagsArgs) => readonly string[]);
  /** Further tags, made from the result. */
  readonly tagsOf?: TagsOf;
  readonly namespace?: string;
}

const RULES = {
  key: TEXT_OR_FUNCTION,
  vary: FUNCTION,
  namespace: NAMESPACE_NAME,
  ...ENTRY_OPTION_RULES,
  tags: TEXTS_OR_FUNCTION,
  tagsOf: FUNCTION,
};

/**
 * Caches the result of an async method of a provider, one entry for each combination of arguments. The arguments have to
 * be data (see cacheKey), unless `key` is a function. Throws CacheOptionError for bad options when the class is defined.
 */
export function Cached<KeyArgs extends readonly unknown[] = [], TagsArgs extends readonly unknown[] = []>(
  options: CachedOptions<KeyArgs, TagsArgs> = {},
) {
  return <M extends AsyncMethod>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M> & Fits<'key', KeyArgs, M> & Fits<'tags', TagsArgs, M>,
  ): void => {
    const place = placeOf('@Cached()', target, name);
    checkOptions(options, RULES, place);
    const { key, vary, tags, tagsOf, namespace, ...entry } = options;
    const keyed = key !== undefined;
    addDefinition(target, { place, name, keyed, personal: keyed || vary !== undefined, namespace, options: entry });
    // The class of the instance, not of the method: an inherited method may have other results in each class.
    const sharedKey = (instance: object, args: readonly unknown[]): string =>
      typeof key === 'function'
        ? key(...(args as KeyArgs))
        : withArguments(key ?? defaultKey(instance, name), args, place);
    const keyFor =
      vary === undefined
        ? sharedKey
        : (instance: object, args: readonly unknown[]): string =>
            sharedKey(instance, args) + ownerPart(vary({ instance: instance as never, args: args as never }), place);
    decorateMethod(
      '@Cached()',
      target,
      name,
      descriptor,
      (original) =>
        function cached(this: object, ...args: never[]) {
          const cache = cacheOf(this, namespace);
          if (cache === undefined) return original.apply(this, args);
          try {
            const ofCall = typeof tags === 'function' ? tags(...(args as readonly unknown[] as TagsArgs)) : tags;
            const entryTags = tagsOf === undefined ? ofCall : (value: never) => [...(ofCall ?? []), ...tagsOf(value)];
            const load = () => original.apply(this, args);
            return cache.getOrSet(keyFor(this, args), load, entryTags ? { ...entry, tags: entryTags } : entry);
          } catch (error) {
            return Promise.reject(error as Error);
          }
        },
    );
  };
}

function withArguments(prefix: string, args: readonly unknown[], place: string): string {
  return callArguments(args).length === 0 ? prefix : `${prefix}:${hashed(args, place)}`;
}

/** Throws CacheKeyError for undefined: entries of callers who are not known would be shared by all of them. */
function ownerPart(owner: unknown, place: string): string {
  if (owner === undefined) throw new CacheKeyError('the undefined that vary returned', place);
  return `@${hashed([owner], place)}`;
}

function hashed(args: readonly unknown[], place: string): string {
  try {
    return cacheKey(...args);
  } catch (error) {
    throw error instanceof CacheKeyError ? new CacheKeyError(error.problem, place) : error;
  }
}
