import { type CachedDefinition, defaultKey } from './cached-definitions';

/**
 * Warns of classes that share the default keys of their @Cached() methods because they have the same name: each would get
 * the values of the other. Two features may each have a `Repository`, and a bundler may rename every class to `e`.
 */
export class SharedKeyWarnings {
  private readonly owners = new Map<string, object>();

  constructor(private readonly warn: (message: string) => void) {}

  /** `prototype` belongs to the provided class, which may have inherited the method. */
  examine(prototype: object, { name, keyed, namespace = '' }: CachedDefinition): void {
    if (keyed) return;
    const key = defaultKey(prototype, name);
    const place = `${namespace}:${key}`;
    const owner = this.owners.get(place) ?? prototype;
    this.owners.set(place, owner);
    if (owner === prototype) return;
    this.warn(
      `two classes share the cache key ${key}, and are given what the other has cached; ` +
        'rename one, or give its @Cached() a key or a namespace',
    );
  }
}
