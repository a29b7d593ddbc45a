import { ConfigurableModuleBuilder } from '@nestjs/common';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring/monitoring.module-definition';
import type { AlertRule } from './alert-rule';

/** What alerting needs to know; it reads no environment. */
export interface AlertingOptions {
  /** Thresholds (0 to 1) of the rules for CPU usage, and for how long the usage has to stay above them. */
  readonly cpuAlerts: { readonly warningRatio: number; readonly criticalRatio: number; readonly forSeconds: number };
  /** Rules beyond the shipped ones. */
  readonly rules: readonly AlertRule[];
  /** ms between two evaluations of every rule; by default the sample interval of monitoring. */
  readonly intervalMs: number;
}

/** As given to `AlertingModule.forRoot`: what is left out has the service's defaults. */
export type AlertingModuleOptions = Partial<AlertingOptions>;

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

export const alertingOptionsProvider = {
  provide: ALERTING_OPTIONS,
  inject: [GIVEN_ALERTING_OPTIONS, { token: MONITORING_OPTIONS, optional: true }],
  useFactory: (given: AlertingModuleOptions, monitoring?: MonitoringOptions): AlertingOptions => {
    if (monitoring === undefined) throw new Error(MONITORING_MISSING);
    return resolveAlertingOptions(given, monitoring);
  },
};

/** Fills in the defaults of the service. */
export function resolveAlertingOptions(
  given: AlertingModuleOptions,
  { sampleIntervalMs }: Pick<MonitoringOptions, 'sampleIntervalMs'>,
): AlertingOptions {
  return {
    cpuAlerts: { warningRatio: 0.8, criticalRatio: 0.95, forSeconds: 60 },
    rules: [],
    intervalMs: sampleIntervalMs,
    ...given,
  };
}
