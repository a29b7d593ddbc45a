import { type AsyncMethod, cacheOf, injectCache, replaceMethod } from './injected-cache';

type Names<Args extends readonly never[]> = readonly string[] | ((...args: Args) => readonly string[]);

export interface InvalidatesCacheOptions<Args extends readonly never[]> {
  readonly keys?: Names<Args>;
  readonly tags?: Names<Args>;
  /** Where the keys are; tags without a namespace are those of all. */
  readonly namespace?: string;
}

/**
 * Invalidates keys or tags once an async method of a provider has settled: also when it failed, because it may have
 * changed something before.
 */
export function InvalidatesCache<Args extends readonly never[] = never[]>(options: InvalidatesCacheOptions<Args>) {
  return <M extends (...args: Args) => Promise<unknown>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    injectCache(target);
    const original = descriptor.value as unknown as AsyncMethod;
    replaceMethod(descriptor, name, async function invalidating(this: unknown, ...args: never[]) {
      try {
        return await original.apply(this, args);
      } finally {
        const cache = cacheOf(this, options.namespace);
        const called = args as unknown as Args;
        await cache?.deleteMany(namesOf(options.keys, called));
        await cache?.deleteByTags(namesOf(options.tags, called));
      }
    });
  };
}

function namesOf<Args extends readonly never[]>(names: Names<Args> | undefined, args: Args): readonly string[] {
  return typeof names === 'function' ? names(...args) : (names ?? []);
}
