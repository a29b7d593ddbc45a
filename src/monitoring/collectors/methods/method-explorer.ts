import { Injectable, Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { copyMetadata } from '../../../common/method-metadata';
import type { Method } from './measured-method';

/** One method of one provided class. */
export interface FoundMethod {
  readonly className: string;
  readonly methodName: string;
}

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];
type Methods = Readonly<Record<string, Method>>;

/** Finds the methods of providers and controllers. */
@Injectable()
export class MethodExplorer {
  private readonly logger = new Logger(MethodExplorer.name);

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Every instance that there is by now. */
  instances(): unknown[] {
    return this.wrappers().map(({ instance }) => instance as unknown);
  }

  /** Every method of every class that is provided, also of those that are made anew per request. */
  *methods(): Iterable<{ readonly method: Method; readonly type: object }> {
    const prototypes = new Set(this.wrappers().map(prototypeOf));
    for (const prototype of prototypes) {
      if (prototype === undefined) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        yield { method: prototype[name]!, type: prototype.constructor };
      }
    }
  }

  /**
   * Replaces each method with metadata `key` by what `wrap` makes of it. A class made per request has no instance to
   * change.
   */
  replace(key: string, wrap: (method: Method, found: FoundMethod) => Method): void {
    for (const wrapper of this.wrappers()) {
      // An alias is the instance of another provider: it would be replaced twice.
      const prototype = wrapper.isAlias ? undefined : prototypeOf(wrapper);
      if (prototype === undefined) continue;
      for (const methodName of this.scanner.getAllMethodNames(prototype)) {
        if (!Reflect.hasMetadata(key, prototype[methodName]!)) continue;
        const className = prototype.constructor.name;
        if (!wrapper.isDependencyTreeStatic()) {
          this.logger.warn(`${className}.${methodName} is not measured, because its class is made anew per request`);
          continue;
        }
        const instance = wrapper.instance as Methods;
        const method = instance[methodName]!;
        const replacement = wrap(method, { className, methodName });
        copyMetadata(method, replacement);
        Object.defineProperty(instance, methodName, { value: replacement, writable: true, configurable: true });
      }
    }
  }

  private wrappers(): Wrapper[] {
    return [...this.discovery.getProviders(), ...this.discovery.getControllers()];
  }
}

/** The prototype of the instance or, where there is one for every request, of its class. */
function prototypeOf({ instance, metatype, inject }: Wrapper): Methods | undefined {
  const value: unknown = instance;
  const prototype: unknown =
    typeof value === 'object' && value !== null
      ? Object.getPrototypeOf(value)
      : // A factory is a function without methods, not a class.
        inject === undefined && typeof metatype === 'function'
        ? metatype.prototype
        : undefined;
  return typeof prototype === 'object' && prototype !== null ? (prototype as Methods) : undefined;
}
