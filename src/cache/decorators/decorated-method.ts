import { copyMetadata } from '../../common/method-metadata';
import { CacheOptionError } from '../cache.errors';
import { injectCache } from './injected-cache';

/** A decorator and its method, for messages: `@Cached() on Users.find`. */
export function placeOf(decorator: string, target: object, name: string | symbol): string {
  const owner = typeof target === 'function' ? target : target.constructor;
  return `${decorator} on ${owner.name}.${String(name)}`;
}

type AsyncMethod = (...args: never[]) => Promise<unknown>;

/**
 * Replaces a method by the result of `replacement`, and keeps its name and the metadata of other decorators. Throws
 * CacheOptionError unless it is a method of instances.
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
  const replaced = replacement(original as AsyncMethod);
  copyMetadata(original, replaced);
  Object.defineProperty(replaced, 'name', { value: String(name), configurable: true });
  descriptor.value = replaced;
}
