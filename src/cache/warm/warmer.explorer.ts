import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CACHE_WARMER, type CacheWarmerOptions } from './cache-warmer.decorator';
import type { WarmUp } from './warm-up';

export interface Warmer extends CacheWarmerOptions {
  readonly run: (warmUp: WarmUp) => Promise<void>;
}

type Methods = Record<string, ((warmUp: WarmUp) => unknown) | undefined>;

/** Finds the methods marked with @CacheWarmer in all providers and controllers that live as long as the application. */
@Injectable()
export class WarmerExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  find(): readonly Warmer[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    // One instance may be known by several names (`useExisting`).
    const lasting = wrappers.filter((one) => one.isDependencyTreeStatic() && !one.isTransient);
    const instances = new Set(lasting.map((one) => one.instance as unknown));
    return [...instances].flatMap((instance) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const provider = instance as Methods;
      const prototype: unknown = Object.getPrototypeOf(provider);
      if (typeof prototype !== 'object' || prototype === null) return [];
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => this.warmer(provider, name));
    });
  }

  private warmer(provider: Methods, name: string): readonly Warmer[] {
    const method = provider[name];
    if (typeof method !== 'function') return [];
    const options = Reflect.getMetadata(CACHE_WARMER, method) as CacheWarmerOptions | undefined;
    if (options === undefined) return [];
    return [{ ...options, run: async (warmUp) => void (await method.call(provider, warmUp)) }];
  }
}
