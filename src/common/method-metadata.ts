/**
 * Puts all metadata of a method onto the function that takes its place: routes, guards and schedules are kept there.
 */
export function copyMetadata(from: object, to: object): void {
  for (const key of Reflect.getMetadataKeys(from)) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
}
