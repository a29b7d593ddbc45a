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
  readonly cpuAlerts: { readonly warningRatio: number; readonly criticalRatio: number; readonly forSeconds: number };
  /** Under what name this copy's samples are kept in the database; by default the name of the host. */
  readonly instance?: string;
  /** The folder that holds `proc` and `sys`; another one than `/` reads a recorded system. */
  readonly systemRoot?: string;
}

export const { ConfigurableModuleClass: ConfigurableMonitoringModule, MODULE_OPTIONS_TOKEN: MONITORING_OPTIONS } =
  new ConfigurableModuleBuilder<MonitoringOptions>({ moduleName: 'Monitoring' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
