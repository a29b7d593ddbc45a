import { ConfigurableModuleBuilder } from '@nestjs/common';
import { optionsProviders } from '../common/settings/options-provider';
import type { PoolsModuleOptions } from './pools.options';
import { resolvePoolsOptions } from './pools-options-defaults';

/** The options with every default filled in. */
export const POOLS_OPTIONS = Symbol('POOLS_OPTIONS');

export const {
  ConfigurableModuleClass: ConfigurablePoolsModule,
  MODULE_OPTIONS_TOKEN: GIVEN_POOLS_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<PoolsModuleOptions>({ moduleName: 'Pools' })
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true, names: [] as readonly string[] }, (definition, { isGlobal }) => ({
    ...definition,
    global: isGlobal,
  }))
  .build();

export type GlobalPoolsModuleOptions = typeof OPTIONS_TYPE;
export type AsyncPoolsModuleOptions = typeof ASYNC_OPTIONS_TYPE;

export const poolsOptionsProviders = optionsProviders({
  module: 'PoolsModule',
  base: ConfigurablePoolsModule,
  given: GIVEN_POOLS_OPTIONS,
  provide: POOLS_OPTIONS,
  resolve: resolvePoolsOptions,
});
