import { ConfigurableModuleBuilder } from '@nestjs/common';
import { optionsProviders } from '../common/settings/options-provider';
import { resolveOptions } from '../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import { ModuleImportError } from '../common/settings/settings.errors';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring/monitoring.module-definition';
import { ALERTING_SETTINGS } from './alerting-settings';

/** What alerting needs to know, with every default filled in; it reads no environment. */
export type AlertingOptions = ResolvedOptions<typeof ALERTING_SETTINGS> & { readonly intervalMs: number };

/** As given to `AlertingModule.forRoot`: what is left out has the service's defaults. */
export interface AlertingModuleOptions extends GivenOptions<typeof ALERTING_SETTINGS> {}

/** The options with every default filled in. */
export const ALERTING_OPTIONS = Symbol('ALERTING_OPTIONS');

export const { ConfigurableModuleClass: ConfigurableAlertingModule, MODULE_OPTIONS_TOKEN: GIVEN_ALERTING_OPTIONS } =
  new ConfigurableModuleBuilder<AlertingModuleOptions>({ moduleName: 'Alerting' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

/** What to write when the series that the rules ask for are not there. */
export const MONITORING_MISSING =
  'AlertingModule evaluates its rules over the series of MonitoringModule, which is not imported: add ' +
  "MonitoringModule.forRoot({}) of 'performance-gateway/monitoring' to the imports";

export const alertingOptionsProviders = optionsProviders({
  module: 'AlertingModule',
  base: ConfigurableAlertingModule,
  given: GIVEN_ALERTING_OPTIONS,
  provide: ALERTING_OPTIONS,
  inject: [{ token: MONITORING_OPTIONS, optional: true }],
  resolve: (given: AlertingModuleOptions, monitoring?: MonitoringOptions): AlertingOptions => {
    if (monitoring === undefined) throw new ModuleImportError(MONITORING_MISSING);
    return resolveAlertingOptions(given, monitoring);
  },
});

/** Fills in the defaults of the service. @throws ModuleOptionsError with everything that cannot be right */
export function resolveAlertingOptions(
  given: AlertingModuleOptions,
  { sampleIntervalMs }: Pick<MonitoringOptions, 'sampleIntervalMs'>,
): AlertingOptions {
  const options = resolveOptions('AlertingModule.forRoot()', ALERTING_SETTINGS, given);
  return { ...options, intervalMs: options.intervalMs ?? sampleIntervalMs };
}
