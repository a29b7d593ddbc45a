import { ConfigurableModuleBuilder } from '@nestjs/common';

/** What monitoring needs to know; it reads no environment. */
export interface MonitoringOptions {
  /** ms between two samples of every metric and of the system. */
  readonly sampleIntervalMs: number;
  /** ms for which samples are kept. */
  readonly retentionMs: number;
  /** How many label sets each kind of metric may have. */
  readonly maxSeriesPerKind: number;
  /** Bytes of all samples kept in memory. */
  readonly memoryLimitBytes: number;
  /** Under what name this copy's samples are kept in the database; by default the name of the host. */
  readonly instance?: string;
  /** The folder that holds `proc` and `sys`; another one than `/` reads a recorded system. */
  readonly systemRoot?: string;
}

/** As given to `MonitoringModule.forRoot`: what is left out has the service's defaults. */
export type MonitoringModuleOptions = Partial<MonitoringOptions>;

/** The options with every default filled in. */
export const MONITORING_OPTIONS = Symbol('MONITORING_OPTIONS');

export const { ConfigurableModuleClass: ConfigurableMonitoringModule, MODULE_OPTIONS_TOKEN: GIVEN_MONITORING_OPTIONS } =
  new ConfigurableModuleBuilder<MonitoringModuleOptions>({ moduleName: 'Monitoring' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

export const monitoringOptionsProvider = {
  provide: MONITORING_OPTIONS,
  inject: [GIVEN_MONITORING_OPTIONS],
  useFactory: resolveMonitoringOptions,
};

/** Fills in the defaults of the service. */
export function resolveMonitoringOptions(given: MonitoringModuleOptions): MonitoringOptions {
  return {
    sampleIntervalMs: 10_000,
    retentionMs: 86_400_000,
    maxSeriesPerKind: 10_000,
    memoryLimitBytes: 268_435_456,
    ...given,
  };
}
