import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { PoolsModuleOptions } from './pools.options';
import { resolvePoolsOptions } from './pools-options-defaults';

/** The options with every default filled in. */
export const POOLS_OPTIONS = Symbol('POOLS_OPTIONS');

export const { ConfigurableModuleClass: ConfigurablePoolsModule, MODULE_OPTIONS_TOKEN: GIVEN_POOLS_OPTIONS } =
  new ConfigurableModuleBuilder<PoolsModuleOptions>({ moduleName: 'Pools' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

export const poolsOptionsProvider = {
  provide: POOLS_OPTIONS,
  inject: [GIVEN_POOLS_OPTIONS],
  useFactory: resolvePoolsOptions,
};
