import { ConfigurableModuleBuilder } from '@nestjs/common';
import { optionsProviders } from '../common/settings/options-provider';
import { resolveOptions } from '../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import { MONITORING_SETTINGS } from './monitoring-settings';

/** What monitoring needs to know, with every default filled in; it reads no environment. */
export type MonitoringOptions = ResolvedOptions<typeof MONITORING_SETTINGS>;

/** As given to `MonitoringModule.forRoot`: what is left out has the service's defaults. */
export interface MonitoringModuleOptions extends GivenOptions<typeof MONITORING_SETTINGS> {}

/** The options with every default filled in. */
export const MONITORING_OPTIONS = Symbol('MONITORING_OPTIONS');

export const { ConfigurableModuleClass: ConfigurableMonitoringModule, MODULE_OPTIONS_TOKEN: GIVEN_MONITORING_OPTIONS } =
  new ConfigurableModuleBuilder<MonitoringModuleOptions>({ moduleName: 'Monitoring' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

export const monitoringOptionsProviders = optionsProviders({
  module: 'MonitoringModule',
  base: ConfigurableMonitoringModule,
  given: GIVEN_MONITORING_OPTIONS,
  provide: MONITORING_OPTIONS,
  resolve: resolveMonitoringOptions,
});

/** Fills in the defaults of the service. @throws ModuleOptionsError with everything that cannot be right */
export function resolveMonitoringOptions(given: MonitoringModuleOptions): MonitoringOptions {
  return resolveOptions('MonitoringModule.forRoot()', MONITORING_SETTINGS, given);
}
