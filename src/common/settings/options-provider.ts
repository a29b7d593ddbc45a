import type { InjectionToken, OptionalFactoryDependency, Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ModuleImportError } from './settings.errors';

type Class = abstract new (...args: never[]) => object;

interface ModuleOptions<Given, Options> {
  /** As an application writes it: `PoolsModule`. */
  readonly module: string;
  /** The class made by ConfigurableModuleBuilder, which the module extends. */
  readonly base: Class;
  /** Where forRoot() and forRootAsync() put the options. */
  readonly given: InjectionToken;
  /** Where the room finds them, checked and with every default. */
  readonly provide: InjectionToken;
  /** What else `resolve` needs. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  readonly resolve: (given: Given, ...injected: never[]) => Options;
}

/** The options of a module that must be imported once, with forRoot(); otherwise the start ends with what to write. */
export function optionsProviders<Given, Options>(options: ModuleOptions<Given, Options>): Provider[] {
  const { module, base, given, provide, inject = [], resolve } = options;
  return [
    // Stands where neither forRoot() nor forRootAsync() has put the options.
    { provide: given, useFactory: () => refuseWithoutOptions(module) },
    {
      provide,
      inject: [ModulesContainer, given, ...inject],
      useFactory: (modules: ModulesContainer, value: Given, ...injected: never[]) => {
        refuseSecond(modules, base, module);
        return resolve(value, ...injected);
      },
    },
  ];
}

/** @throws ModuleImportError always: the module is imported as a class, without its options */
export function refuseWithoutOptions(module: string): never {
  throw new ModuleImportError(`${module} is imported without forRoot(); write ${module}.forRoot({}) instead`);
}

/**
 * @throws ModuleImportError for a second import with options of its own: which of the two a class gets would be chance
 */
export function refuseSecond(modules: ModulesContainer, base: Class, module: string): void {
  const imports = [...modules.values()].filter(
    ({ metatype }) => metatype === base || metatype?.prototype instanceof base,
  );
  if (imports.length < 2) return;
  throw new ModuleImportError(
    `${module} is imported twice; write ${module}.forRoot() once, every module has what it gives`,
  );
}
