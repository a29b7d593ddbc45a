import { cacheOf, decorateMethod } from './injected-cache';

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
  const invalidate = async (instance: unknown, args: Args): Promise<void> => {
    const cache = cacheOf(instance, options.namespace);
    await cache?.deleteMany(namesOf(options.keys, args));
    await cache?.deleteByTags(namesOf(options.tags, args));
  };
  return <M extends (...args: Args) => Promise<unknown>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    decorateMethod(
      '@InvalidatesCache()',
      target,
      name,
      descriptor,
      (original) =>
        async function invalidating(this: unknown, ...args: never[]) {
          const called = args as unknown as Args;
          let result: unknown;
          try {
            result = await original.apply(this, args);
          } catch (failure) {
            // The caller hears of what failed first.
            await invalidate(this, called).catch(() => undefined);
            throw failure;
          }
          await invalidate(this, called);
          return result;
        },
    );
  };
}

function namesOf<Args extends readonly never[]>(names: Names<Args> | undefined, args: Args): readonly string[] {
  return typeof names === 'function' ? names(...args) : (names ?? []);
}
