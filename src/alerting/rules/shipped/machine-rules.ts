import type { AlertingOptions } from '../../alerting.module-definition';
import type { RuleInput } from '../rule-group-input';
import { type Severity, shippedRule } from './shipped-rule';

const MIN_WINDOW_SECONDS = 60;

const MEMORY =
  '(container_memory_working_set_bytes / (container_memory_limit_bytes > 0) or system_memory_utilization_ratio)';
const DISK_TOTAL = 'sum by (device, mountpoint) (system_filesystem_usage_bytes)';
const DISK_FREE = 'sum by (device, mountpoint) (system_filesystem_usage_bytes{state="free"})';

const highMemory = (severity: Severity, ratio: number) =>
  shippedRule({
    alert: 'HighMemoryUsage',
    severity,
    expr: `${MEMORY} > ${ratio}`,
    for: '5m',
    summary: `Memory usage is {{ $value | humanizePercentage }} of the limit, above ${ratio * 100} %`,
    description:
      'What the kernel can give back at once does not count. At the limit the process is killed without notice.',
  });

const diskUsage = (severity: Severity, ratio: number) =>
  shippedRule({
    alert: 'DiskSpaceLow',
    severity,
    expr: `1 - ${DISK_FREE} / (${DISK_TOTAL} > 0) > ${ratio}`,
    for: '10m',
    summary: `{{ $labels.mountpoint }} is {{ $value | humanizePercentage }} full, above ${ratio * 100} %`,
    description: 'PostgreSQL stops when it cannot write its journal; above 95 % there is room for a peak or two.',
  });

/** CPU, memory and disks: of the container's limit where there is one. */
export function machineRules({
  cpuAlerts,
  intervalMs,
}: Pick<AlertingOptions, 'cpuAlerts' | 'intervalMs'>): RuleInput[] {
  // An average needs a few samples, however rarely they are taken.
  const window = `${Math.max(MIN_WINDOW_SECONDS, Math.ceil((3 * intervalMs) / 1_000))}s`;
  const cpu = `(avg_over_time(container_cpu_utilization_ratio[${window}]) or avg_over_time(system_cpu_utilization_ratio[${window}]))`;
  const highCpu = (severity: Severity, ratio: number) =>
    shippedRule({
      alert: 'HighCpuUsage',
      severity,
      expr: `${cpu} > ${ratio}`,
      for: `${cpuAlerts.forSeconds}s`,
      summary: `CPU usage is {{ $value | humanizePercentage }} of the limit, above ${Math.round(ratio * 100)} %`,
      description: `Averaged over ${window}. From about 80 % on requests wait for each other; near 100 % every peak is a queue.`,
    });
  return [
    highCpu('warning', cpuAlerts.warningRatio),
    highCpu('critical', cpuAlerts.criticalRatio),
    highMemory('warning', 0.85),
    highMemory('critical', 0.95),
    diskUsage('warning', 0.85),
    diskUsage('critical', 0.95),
    shippedRule({
      alert: 'DiskFullIn4Hours',
      severity: 'critical',
      expr: `predict_linear(system_filesystem_usage_bytes{state="free"}[1h], 4 * 3600) < 0 and on (device, mountpoint) (1 - ${DISK_FREE} / (${DISK_TOTAL} > 0) > 0.5)`,
      for: '10m',
      summary: '{{ $labels.mountpoint }} will be full within four hours',
      description:
        'The last hour goes on as a straight line. Below half full it is not told: a large file that is written and removed looks the same.',
    }),
    shippedRule({
      alert: 'EventLoopBlocked',
      severity: 'warning',
      expr: 'avg_over_time(nodejs_eventloop_utilization_ratio[1m]) > 0.9',
      for: '2m',
      summary: 'The event loop is busy {{ $value | humanizePercentage }} of the time',
      description: 'One thread answers every request; above 90 % whatever comes waits for what is there.',
    }),
    shippedRule({
      alert: 'FileDescriptorsLow',
      severity: 'warning',
      expr: 'process_open_fds / (process_max_fds > 0) > 0.85',
      for: '5m',
      summary: '{{ $value | humanizePercentage }} of the file descriptors are open',
      description: 'Without one left no connection can be opened or accepted.',
    }),
  ];
}
