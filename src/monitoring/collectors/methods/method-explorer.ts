import { Injectable, Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { copyMetadata } from '../../../common/method-metadata';
import type { Method } from './measured-method';

/** One decorated method of one instance. */
export interface FoundMethod<T> {
  readonly className: string;
  readonly methodName: string;
  readonly options: T;
}

type Instance = Record<string, Method>;

/** Finds the methods of providers and controllers that carry some metadata, and puts others in their place. */
@Injectable()
export class MethodExplorer {
  private readonly logger = new Logger(MethodExplorer.name);

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /**
   * Replaces each method with metadata `key` by what `wrap` makes of it. A class made per request has no instance to
   * change.
   */
  replace<T>(key: string, wrap: (method: Method, found: FoundMethod<T>) => Method): void {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const prototype = this.prototypeOf(wrapper);
      if (prototype === undefined) continue;
      for (const methodName of this.scanner.getAllMethodNames(prototype)) {
        const options = Reflect.getMetadata(key, prototype[methodName]!) as T | undefined;
        if (options === undefined) continue;
        const className = String(wrapper.metatype?.name ?? prototype.constructor.name);
        if (!wrapper.isDependencyTreeStatic()) {
          this.logger.warn(`${className}.${methodName} is not measured, because its class is made anew per request`);
          continue;
        }
        const instance = wrapper.instance as Instance;
        const method = instance[methodName]!;
        const replacement = wrap(method, { className, methodName, options });
        copyMetadata(method, replacement);
        Object.defineProperty(instance, methodName, { value: replacement, writable: true, configurable: true });
      }
    }
  }

  private prototypeOf({ instance, isAlias }: { instance: unknown; isAlias: boolean }): Instance | undefined {
    // An alias is the instance of another provider: it would be measured twice.
    if (isAlias || typeof instance !== 'object' || instance === null) return undefined;
    return (Object.getPrototypeOf(instance) as Instance | null) ?? undefined;
  }
}
