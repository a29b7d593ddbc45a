import type { RuleInput } from '../rule-group-input';
import { shippedRule } from './shipped-rule';

/** Jobs that run more often than this in an hour are missed when they do not. */
const RUNS = 'increase(scheduled_job_duration_seconds_count[1h])';

/** Scheduled work. */
export function jobRules(): RuleInput[] {
  return [
    shippedRule({
      alert: 'JobFailing',
      severity: 'warning',
      expr: 'scheduled_job_last_success == 0',
      for: '5m',
      summary: 'The job {{ $labels.job_name }} has been failing for five minutes',
      description: 'A run that fails once is repeated; five minutes are more than one run of most jobs.',
    }),
    shippedRule({
      alert: 'JobSilent',
      severity: 'warning',
      expr: `time() - scheduled_job_last_run_timestamp_seconds > 5 * 3600 / ${RUNS} and ${RUNS} > 10 unless on () (copies_leading == 0)`,
      for: '5m',
      summary: 'The job {{ $labels.job_name }} has not run for {{ $value | humanizeDuration }}',
      description:
        'Five times as long as it took from one run to the next in the last hour. A copy that does not lead does not run every job, and is left out.',
    }),
  ];
}
