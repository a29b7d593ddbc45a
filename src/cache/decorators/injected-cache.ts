import { Inject } from '@nestjs/common';
import type { CacheNamespace } from '../cache-namespace';
import { CacheService } from '../cache.service';

// Nest's message shows the text where the application, or a test, has no cache.
const CACHE = Symbol('cache of @Cached() and @InvalidatesCache(); import CacheModule.forRoot()');

interface WithCache {
  [CACHE]?: CacheService | null;
}

/** Has Nest give the class's instances the cache, whatever their scope, without a constructor argument. */
export function injectCache(target: object): void {
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

/** The namespace for a decorated method; undefined for an instance without a cache, as in unit tests. */
export function cacheOf(instance: unknown, namespace: string | undefined): CacheNamespace | undefined {
  // null is what a test provides for CacheService that wants none.
  const cache = (instance as WithCache)[CACHE] ?? undefined;
  return namespace === undefined ? cache : cache?.namespace(namespace);
}
