import { Inject } from '@nestjs/common';
import { CacheOptionError } from '../cache.errors';
import type { CacheNamespace } from '../cache.namespace';
import { CacheService } from '../cache.service';

const CACHE = Symbol('cache of the decorated methods');

interface WithCache {
  [CACHE]?: CacheService;
}

/** Has Nest give the class's instances the cache, whatever their scope, without a constructor argument. */
function injectCache(target: object): void {
  Inject(CacheService)(target, CACHE);
  // By this an instance that Nest did not construct is known to want one.
  Object.defineProperty(target, CACHE, { value: undefined, writable: true });
}

/** Gives the cache to an instance with decorated methods that has none. */
export function giveCache(instance: unknown, cache: CacheService): void {
  if (typeof instance !== 'object' || instance === null || !(CACHE in instance)) return;
  const decorated = instance as WithCache;
  if (decorated[CACHE] === undefined && Object.isExtensible(instance)) decorated[CACHE] = cache;
}

/** The namespace for a decorated method; undefined for an instance Nest does not know (a plain unit test). */
export function cacheOf(instance: unknown, namespace: string | undefined): CacheNamespace | undefined {
  const cache = (instance as WithCache)[CACHE];
  return namespace === undefined ? cache : cache?.namespace(namespace);
}

/** A decorator and what it stands on, for messages: `@Cached() on Users.find`. */
export function placeOf(decorator: string, target: object, name: string | symbol): string {
  const owner = typeof target === 'function' ? target : target.constructor;
  return `${decorator} on ${owner.name}.${String(name)}`;
}

export type AsyncMethod = (...args: never[]) => Promise<unknown>;

/**
 * Replaces a method by what `replacement` makes of it, keeping its name and what other decorators have noted on it. Throws
 * CacheOptionError for what is not a method of instances.
 */
export function decorateMethod(
  decorator: string,
  target: object,
  name: string | symbol,
  descriptor: PropertyDescriptor | undefined,
  replacement: (original: AsyncMethod) => AsyncMethod,
): void {
  const original: unknown = descriptor?.value;
  if (descriptor === undefined || typeof original !== 'function' || typeof target === 'function') {
    throw new CacheOptionError(`${decorator} has to stand on a method of instances, which ${String(name)} is not`);
  }
  injectCache(target);
  const by = replacement(original as AsyncMethod);
  for (const key of Reflect.getMetadataKeys(original) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), by);
  }
  Object.defineProperty(by, 'name', { value: String(name), configurable: true });
  descriptor.value = by;
}
