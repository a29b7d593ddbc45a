import { Injectable, Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { placeOf } from '../decorators/decorated-method';
import { CACHE_WARMER, type CacheWarmerOptions } from './cache-warmer.decorator';
import type { WarmUp } from './warm-up';

export interface Warmer extends CacheWarmerOptions {
  readonly run: (warmUp: WarmUp) => Promise<void>;
}

type Methods = Record<string, ((warmUp: WarmUp) => unknown) | undefined>;

/** Finds the methods marked with @CacheWarmer in all providers and controllers that live as long as the application. */
@Injectable()
export class WarmerExplorer {
  private readonly logger = new Logger('Cache');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  find(): readonly Warmer[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    // One instance may be known by several names (`useExisting`).
    const { singletons = [], shortLived = [] } = Object.groupBy(wrappers, (one) =>
      one.isDependencyTreeStatic() && !one.isTransient ? 'singletons' : 'shortLived',
    );
    for (const metatype of new Set(shortLived.map((one) => one.metatype))) this.warnOf(metatype);
    const instances = new Set(singletons.map((one) => one.instance as unknown));
    return [...instances].flatMap((instance) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const provider = instance as Methods;
      const prototype: unknown = Object.getPrototypeOf(provider);
      if (typeof prototype !== 'object' || prototype === null) return [];
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => this.warmer(provider, name));
    });
  }

  /** Warns of a warmer that never runs, which would otherwise go unnoticed. */
  private warnOf(metatype: unknown): void {
    const prototype = typeof metatype === 'function' ? (metatype.prototype as Methods | undefined) : undefined;
    if (prototype === undefined) return;
    for (const name of this.scanner.getAllMethodNames(prototype)) {
      if (this.warmer(prototype, name).length === 0) continue;
      const place = placeOf('@CacheWarmer()', prototype, name);
      this.logger.warn(
        `${place} never runs: its class is instantiated for every request, or for every class that injects it`,
      );
    }
  }

  private warmer(provider: Methods, name: string): readonly Warmer[] {
    const method = provider[name];
    if (typeof method !== 'function') return [];
    const options = Reflect.getMetadata(CACHE_WARMER, method) as CacheWarmerOptions | undefined;
    if (options === undefined) return [];
    return [{ ...options, run: async (warmUp) => void (await method.call(provider, warmUp)) }];
  }
}
