import { Inject } from '@nestjs/common';
import type { CacheNamespace } from '../cache-namespace';
import { CacheService } from '../cache.service';

// Nest shows this text in its error if the application, or a test, has no cache.
const CACHE = Symbol('cache of @Cached() and @InvalidatesCache(); import CacheModule.forRoot()');

interface WithCache {
  [CACHE]?: CacheService | null;
}

/** Makes Nest inject the cache into instances of the class, in any scope, without a constructor argument. */
export function injectCache(target: object): void {
  Inject(CacheService)(target, CACHE);
  // Marks the class, so that instances that Nest did not construct can be given the cache.
  Object.defineProperty(target, CACHE, { value: undefined, writable: true });
}

/** Gives the cache to an instance with decorated methods that has none. */
export function giveCache(instance: unknown, cache: CacheService): void {
  if (typeof instance !== 'object' || instance === null || !(CACHE in instance)) return;
  const decorated = instance as WithCache;
  if (decorated[CACHE] === undefined && Object.isExtensible(instance)) decorated[CACHE] = cache;
}

/** The namespace for a decorated method; undefined if the instance has no cache, as in unit tests. */
export function cacheOf(instance: unknown, namespace: string | undefined): CacheNamespace | undefined {
  // A test may provide null for CacheService, to run without a cache.
  const cache = (instance as WithCache)[CACHE] ?? undefined;
  return namespace === undefined ? cache : cache?.namespace(namespace);
}
