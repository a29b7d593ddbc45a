/** The defaults of the service. */
export const MONITORING_OPTIONS = {
  sampleIntervalMs: 10_000,
  retentionMs: 24 * 3_600_000,
  maxSeriesPerKind: 10_000,
  maxSeriesPerMetric: 10_000,
  memoryLimitBytes: 256 * 1_048_576,
};
