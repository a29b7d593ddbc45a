/** The defaults of the service. */
export const MONITORING_OPTIONS = {
  sampleIntervalMs: 10_000,
  retentionMs: 24 * 3_600_000,
  maxSeriesPerKind: 10_000,
  memoryLimitBytes: 256 * 1_048_576,
  cpuAlerts: { warningRatio: 0.8, criticalRatio: 0.95, forSeconds: 60 },
};
