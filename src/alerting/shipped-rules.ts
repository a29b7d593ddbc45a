import type { AlertRule, AlertSeverity } from './alert-rule';
import type { AlertingOptions } from './alerting.module-definition';

const MIN_WINDOW_SECONDS = 60;

/** The built-in rules: CPU usage, as a share of the limit (quota, cpuset or affinity), or of the machine without one. */
export function shippedRules({ cpuAlerts, intervalMs }: AlertingOptions): AlertRule[] {
  // An average needs a few samples, however rarely they are taken.
  const window = `${Math.max(MIN_WINDOW_SECONDS, Math.ceil((3 * intervalMs) / 1_000))}s`;
  const cpu = `(avg_over_time(container_cpu_utilization_ratio[${window}]) or avg_over_time(system_cpu_utilization_ratio[${window}]))`;
  const rule = (severity: AlertSeverity, ratio: number): AlertRule => ({
    name: 'HighCpuUsage',
    expr: `${cpu} > ${ratio}`,
    severity,
    forSeconds: cpuAlerts.forSeconds,
    summary: `CPU usage, averaged over ${window}, is above ${Math.round(ratio * 100)} %`,
  });
  return [rule('warning', cpuAlerts.warningRatio), rule('critical', cpuAlerts.criticalRatio)];
}
