import type { EntryOptions } from '../options/entry.options';

/** The options a @Cached() was written with, and where. */
export interface CachedDefinition {
  readonly place: string;
  readonly name: string | symbol;
  /** Whether it has a key of its own, instead of the default one. */
  readonly keyed: boolean;
  readonly namespace: string | undefined;
  readonly options: EntryOptions;
}

const DEFINITIONS = Symbol('what @Cached() was written with');

/** What a key begins with where the decorator gives none: the names of the instance's class and of the method. */
export function defaultKey(instance: object, name: string | symbol): string {
  return `${instance.constructor.name}.${String(name)}`;
}

/** Notes a definition on the class it stands in. */
export function addDefinition(prototype: object, definition: CachedDefinition): void {
  Reflect.defineMetadata(DEFINITIONS, [...ownDefinitions(prototype), definition], prototype);
}

/** The definitions of a class and of those it extends. */
export function definitionsOf(prototype: unknown): readonly CachedDefinition[] {
  if (typeof prototype !== 'object' || prototype === null) return [];
  return [...ownDefinitions(prototype), ...definitionsOf(Object.getPrototypeOf(prototype))];
}

function ownDefinitions(prototype: object): readonly CachedDefinition[] {
  return (Reflect.getOwnMetadata(DEFINITIONS, prototype) as readonly CachedDefinition[] | undefined) ?? [];
}
