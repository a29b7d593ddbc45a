import { Inject } from '@nestjs/common';
import type { CacheNamespace } from '../cache.namespace';
import { CacheService } from '../cache.service';

const CACHE = Symbol('cache of the decorated methods');

interface WithCache {
  readonly [CACHE]?: CacheService;
}

/** Has Nest give the class's instances the cache, whatever their scope, without a constructor argument. */
export function injectCache(target: object): void {
  Inject(CacheService)(target, CACHE);
}

/** The namespace for a decorated method; undefined for an instance Nest did not make (a plain unit test). */
export function cacheOf(instance: unknown, namespace: string | undefined): CacheNamespace | undefined {
  const cache = (instance as WithCache)[CACHE];
  return namespace === undefined ? cache : cache?.namespace(namespace);
}

export type AsyncMethod = (...args: never[]) => Promise<unknown>;

/** Replaces a method, keeping its name and what other decorators have noted on it. */
export function replaceMethod(descriptor: PropertyDescriptor, name: string | symbol, by: AsyncMethod): void {
  const original = descriptor.value as object;
  for (const key of Reflect.getMetadataKeys(original) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), by);
  }
  Object.defineProperty(by, 'name', { value: String(name), configurable: true });
  descriptor.value = by;
}
