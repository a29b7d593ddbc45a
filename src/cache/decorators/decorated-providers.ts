import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CacheOptionError } from '../cache.errors';
import { CacheService, coreOf } from '../cache.service';
import { resolveEntryOptions } from '../options/entry.options';
import { definitionsOf } from './cached-definitions';
import { giveCache } from './injected-cache';
import { SharedKeyWarnings } from './shared-key-warnings';

/**
 * Gives the cache to decorated instances that Nest did not construct itself (`useFactory`, `useValue`), because those get
 * no injected properties. It also makes the namespaces that decorated methods name. It cannot reach the instances of a
 * factory that runs for every request: their methods run without the cache.
 */
@Injectable()
export class DecoratedProviders implements OnModuleInit {
  constructor(
    private readonly cache: CacheService,
    private readonly discovery: DiscoveryService,
  ) {}

  onModuleInit(): void {
    const providers = this.discovery.getProviders();
    for (const { instance } of providers) giveCache(instance, this.cache);
    const wrappers = [...providers, ...this.discovery.getControllers()];
    refuseSharedAnswers(wrappers);
    // One class may be provided several times.
    const prototypes = new Set(wrappers.map(prototypeOf));
    const logger = new Logger('Cache');
    const sharedKeys = new SharedKeyWarnings((message) => logger.warn(message));
    for (const prototype of prototypes) if (prototype !== undefined) this.define(prototype, sharedKeys);
  }

  /** Makes the namespaces of decorated methods, so that they are known before their first use, and checks the options. */
  private define(prototype: object, sharedKeys: SharedKeyWarnings): void {
    const { warnings, defaults } = coreOf(this.cache);
    for (const definition of definitionsOf(prototype)) {
      const { place, namespace, options } = definition;
      sharedKeys.examine(prototype, definition);
      if (namespace !== undefined) this.cache.namespace(namespace);
      warnings.examine(place, options, resolveEntryOptions(options, defaults));
    }
  }
}

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * Throws CacheOptionError for every @Cached() without `key` and `vary` in a class that is made anew for each request or
 * tenant: what it answers may depend on the one who asks, and would be given to the next one.
 */
function refuseSharedAnswers(wrappers: readonly Wrapper[]): void {
  const shared = wrappers
    .filter((wrapper) => !wrapper.isDependencyTreeStatic())
    .flatMap((wrapper) => definitionsOf(prototypeOf(wrapper)).map((definition) => ({ wrapper, definition })))
    .filter(({ definition }) => !definition.personal)
    .map(({ wrapper, definition }) => `${definition.place} (provided as ${wrapper.name})`);
  if (shared.length === 0) return;
  const places = [...new Set(shared)].join(', ');
  throw new CacheOptionError(
    `${places}: the class is request-scoped or durable, or depends on one that is, so that one caller would get the answer of another; give @Cached() a key or vary that says whose answer it is`,
  );
}

/** The prototype of the instance or, if there is an instance for every request, of its class. */
function prototypeOf({ instance, metatype }: Wrapper): object | undefined {
  const value = instance as unknown;
  const isObject = typeof value === 'object' && value !== null;
  const prototype: unknown = isObject
    ? Object.getPrototypeOf(value)
    : typeof metatype === 'function'
      ? metatype.prototype
      : undefined;
  return typeof prototype === 'object' && prototype !== null ? prototype : undefined;
}
