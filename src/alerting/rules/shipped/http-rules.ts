import type { RuleInput } from '../rule-group-input';
import { type Severity, shippedRule } from './shipped-rule';

const REQUESTS = 'sum(rate(http_server_request_duration_seconds_count[5m]))';
const FAILED = 'sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[5m]))';

/** What clients of the service see. */
export function httpRules(): RuleInput[] {
  const errors = (severity: Severity, ratio: number) =>
    shippedRule({
      alert: 'HttpErrorRatioHigh',
      severity,
      expr: `${FAILED} / ${REQUESTS} > ${ratio} and ${FAILED} * 300 > 5`,
      for: '2m',
      summary: `{{ $value | humanizePercentage }} of the requests fail with 5xx, above ${ratio * 100} %`,
      description:
        'Over five minutes, and only from six failures on: one failure of ten requests at night is no outage.',
    });
  return [
    errors('warning', 0.05),
    errors('critical', 0.25),
    shippedRule({
      alert: 'HttpLatencyHigh',
      severity: 'warning',
      expr: `histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m]))) > 1 and ${REQUESTS} * 300 > 20`,
      for: '5m',
      summary: 'One request in twenty takes longer than {{ $value | humanizeDuration }}',
      description:
        'A second is where people begin to wait knowingly. Only where there were more than 20 requests in five minutes.',
    }),
  ];
}
