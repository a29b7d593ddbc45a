import type { RuleInput } from '../rule-group-input';
import { shippedRule } from './shipped-rule';

/** What watches, and what keeps copies together. */
export function monitoringRules(): RuleInput[] {
  return [
    shippedRule({
      alert: 'TicksMissed',
      severity: 'warning',
      expr: 'increase(monitoring_ticks_missed_total[10m]) > 3',
      for: '0s',
      summary: '{{ $value | humanize }} rounds of sampling were left out in ten minutes',
      description:
        'One is a long pause of the process; more than three mean that it has no time, and graphs have holes.',
    }),
    shippedRule({
      alert: 'SeriesDropped',
      severity: 'warning',
      expr: 'increase(monitoring_samples_dropped_total{reason="series_limit"}[10m]) > 0 or increase(monitoring_overflowed_total[10m]) > 0',
      for: '5m',
      summary: 'Series are not kept, since there are too many of them',
      description: 'Every one that is left out is a graph with a hole: a label has more values than it should.',
    }),
    shippedRule({
      alert: 'HistoryShort',
      severity: 'warning',
      expr: 'increase(monitoring_evictions_total[1h]) > 0',
      for: '0s',
      keep_firing_for: '1h',
      summary: 'The history is shorter than promised: the memory for samples is used up',
      description: 'Raise the memory limit of monitoring, or keep fewer series.',
    }),
    shippedRule({
      alert: 'HistoryNotSaved',
      severity: 'warning',
      expr: 'monitoring_archive_failing_seconds > 600',
      for: '0s',
      summary: 'Samples have not been written to the database for {{ $value | humanizeDuration }}',
      description: 'What is not written is lost with a restart. Ten minutes are more than a restart of the database.',
    }),
    shippedRule({
      alert: 'RemoteWriteBehind',
      severity: 'warning',
      expr: 'monitoring_remote_write_lag_seconds > 300',
      for: '5m',
      summary: 'Remote write is {{ $value | humanizeDuration }} behind',
      description: 'What waits is kept for a while and then dropped: five minutes leave time to mend it.',
    }),
    shippedRule({
      alert: 'RemoteWriteDrops',
      severity: 'critical',
      expr: 'increase(monitoring_remote_write_samples_total{result="dropped"}[10m]) > 0',
      for: '0s',
      keep_firing_for: '10m',
      summary: '{{ $value | humanize }} samples were not sent and are given up',
      description: 'They are missing at the other end for good.',
    }),
    shippedRule({
      alert: 'NotificationsStuck',
      severity: 'critical',
      expr: 'alert_notifications_oldest_seconds > 300 or alert_notifications_config_ok == 0 or increase(alert_notifications_total{outcome="given_up"}[15m]) > 0 or increase(alert_forwarding_dropped_total[15m]) > 0',
      for: '0s',
      keep_firing_for: '10m',
      summary: 'Alerts do not reach those who are to be told',
      description:
        'A receiver takes what it is told within seconds, and a restart of it is over within five minutes: what waits for longer needs somebody.',
    }),
    shippedRule({
      alert: 'ClockSet',
      severity: 'warning',
      expr: 'increase(monitoring_clock_steps_total[10m]) > 0',
      for: '0s',
      keep_firing_for: '10m',
      summary: 'The clock of the machine was set {{ $labels.direction }}',
      description: 'Graphs, leases and signatures depend on it; a machine whose clock is kept by NTP has no steps.',
    }),
    shippedRule({
      alert: 'TokensNotRead',
      severity: 'critical',
      expr: 'security_tokens_failing_seconds > 60',
      for: '0s',
      summary: 'The tokens of {{ $labels.source }} have not been read for {{ $value | humanizeDuration }}',
      description: 'Tokens that were withdrawn are still taken, and new ones are refused.',
    }),
    shippedRule({
      alert: 'CopyCutOff',
      severity: 'warning',
      expr: 'copies_beat_age_seconds > 15',
      for: '1m',
      summary: 'This copy has not reached the others for {{ $value | humanizeDuration }}',
      description: 'Three leases have passed: another copy leads, and changes over HTTP are refused here.',
    }),
    shippedRule({
      alert: 'ChangesRefused',
      severity: 'warning',
      expr: 'copies_changes_refused > 0',
      for: '5m',
      summary: '{{ $value }} changes of other copies could not be made here',
      description: 'This copy behaves otherwise than the rest: the health says which change and why.',
    }),
    {
      alert: 'Watchdog',
      expr: 'vector(1)',
      labels: { severity: 'none' },
      annotations: {
        summary: 'Alerting works',
        description: 'Always fires. Who gets it regularly and then no more knows that alerts no longer arrive.',
      },
    },
  ];
}
