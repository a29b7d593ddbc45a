import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CacheService } from '../cache.service';
import { resolveEntryOptions } from '../entry.options';
import { definitionsOf } from './cached.definitions';
import { giveCache } from './injected-cache';

/**
 * Gives the cache to decorated instances that Nest did not construct itself (`useFactory`, `useValue`), which get no
 * injected properties, and makes the namespaces that decorated methods name. Instances of a factory that runs for every
 * request are out of reach: their methods stay as they are.
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
    for (const wrapper of [...providers, ...this.discovery.getControllers()]) this.define(prototypeOf(wrapper));
  }

  /** Makes the namespaces of decorated methods, so that they are known before their first use, and looks at the options. */
  private define(prototype: unknown): void {
    const { warnings, defaults } = this.cache.core;
    for (const { place, namespace, options } of definitionsOf(prototype)) {
      if (namespace !== undefined) this.cache.namespace(namespace);
      warnings.examine(place, options, resolveEntryOptions(options, defaults));
    }
  }
}

/** Of the instance or, where there is one for every request, of its class. */
function prototypeOf({ instance, metatype }: ReturnType<DiscoveryService['getProviders']>[number]): unknown {
  const lasting = instance as unknown;
  if (typeof lasting === 'object' && lasting !== null) return Object.getPrototypeOf(lasting);
  return typeof metatype === 'function' ? metatype.prototype : undefined;
}
