/** A pool that can also be called: with a name it gives another of its kind. */
export type CallablePool<P> = P & ((name: string) => P);

/**
 * `pool` as a function. All it has is that of `pool` itself: methods are bound to it, and fields and accessors read and
 * written there, so that a call costs next to nothing more.
 */
export function callablePool<P extends object>(pool: P, byName: (name: string) => P): CallablePool<P> {
  const callable = (name: string): P => byName(name);
  for (const own of ['name', 'length']) Reflect.deleteProperty(callable, own); // of functions, in the way of the pool's
  for (const key of keysOf(pool)) Object.defineProperty(callable, key, descriptorOf(pool, key));
  return Object.setPrototypeOf(callable, Object.getPrototypeOf(pool) as object) as CallablePool<P>;
}

function keysOf(pool: object): Set<string | symbol> {
  const keys = new Set<string | symbol>();
  for (let at = pool; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const key of Reflect.ownKeys(at)) if (key !== 'constructor') keys.add(key);
  }
  return keys;
}

function descriptorOf(pool: object, key: string | symbol): PropertyDescriptor {
  const isMethod = !Object.hasOwn(pool, key) && typeof descriptorIn(pool, key)?.value === 'function';
  if (isMethod) {
    const method = Reflect.get(pool, key) as (...parameters: unknown[]) => unknown;
    return { value: method.bind(pool), writable: true, configurable: true };
  }
  return {
    get: () => Reflect.get(pool, key) as unknown,
    set: (value) => Reflect.set(pool, key, value),
    enumerable: true,
    configurable: true,
  };
}

function descriptorIn(pool: object, key: string | symbol): PropertyDescriptor | undefined {
  for (let at: object | null = pool; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}
