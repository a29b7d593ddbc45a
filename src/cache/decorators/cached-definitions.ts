import type { EntryOptions } from '../options/entry.options';

/** A @Cached(): where it stands, and its options. */
export interface CachedDefinition {
  readonly place: string;
  readonly name: string | symbol;
  /** Whether it sets a key, instead of the default one. */
  readonly keyed: boolean;
  /** Whether its `key` or `vary` says whose answer an entry is. */
  readonly personal: boolean;
  readonly namespace: string | undefined;
  readonly options: EntryOptions;
}

const DEFINITIONS = Symbol('what @Cached() was written with');

/** The beginning of a key if the decorator sets none: the names of the instance's class and of the method. */
export function defaultKey(instance: object, name: string | symbol): string {
  return `${instance.constructor.name}.${String(name)}`;
}

/** Adds a definition to the metadata of its class. */
export function addDefinition(prototype: object, definition: CachedDefinition): void {
  Reflect.defineMetadata(DEFINITIONS, [...ownDefinitions(prototype), definition], prototype);
}

/** The definitions of a class and of the classes it extends. */
export function definitionsOf(prototype: unknown): readonly CachedDefinition[] {
  if (typeof prototype !== 'object' || prototype === null) return [];
  return [...ownDefinitions(prototype), ...definitionsOf(Object.getPrototypeOf(prototype))];
}

function ownDefinitions(prototype: object): readonly CachedDefinition[] {
  return (Reflect.getOwnMetadata(DEFINITIONS, prototype) as readonly CachedDefinition[] | undefined) ?? [];
}
