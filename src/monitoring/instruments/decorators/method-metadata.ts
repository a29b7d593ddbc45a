/**
 * Puts all metadata of a method onto the function that takes its place: routes, guards and schedules are kept there.
 */
export function copyMetadata(from: object, to: object): void {
  for (const key of Reflect.getMetadataKeys(from)) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
}

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Whether the value is a promise of any make, so that its end can be waited for. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Promise<unknown>).then === 'function';
}
