import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { CacheOptions } from './options/cache.options';

export const {
  ConfigurableModuleClass: ConfigurableCacheModule,
  MODULE_OPTIONS_TOKEN: CACHE_OPTIONS,
  OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<CacheOptions>({ moduleName: 'Cache' })
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

export type CacheModuleOptions = typeof OPTIONS_TYPE;
