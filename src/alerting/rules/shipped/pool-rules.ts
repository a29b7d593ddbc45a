import type { RuleInput } from '../rule-group-input';
import { shippedRule } from './shipped-rule';

const POOL = 'db_client_connection_pool_name';
const NAME = `{{ $labels.${POOL} }}`;

/** The connections to PostgreSQL, Redis, HTTP and Qdrant. */
export function poolRules(): RuleInput[] {
  return [
    shippedRule({
      alert: 'DependencyDown',
      severity: 'critical',
      expr: 'db_client_pool_state{state="down"} == 1',
      for: '1m',
      summary: `The server behind the pool ${NAME} does not answer`,
      description: 'The probe of the pool has failed for a minute: a restart of the server takes less.',
    }),
    shippedRule({
      alert: 'BreakerOpen',
      severity: 'warning',
      expr: 'db_client_breaker_state{state="open"} == 1',
      for: '30s',
      summary: `Calls through the pool ${NAME} are refused at once, since they kept failing`,
      description: 'A breaker that opens for a moment does its work; half a minute means that its probes fail, too.',
    }),
    shippedRule({
      alert: 'PoolWaitLong',
      severity: 'warning',
      expr: `histogram_quantile(0.95, sum by (le, ${POOL}) (rate(db_client_connection_wait_time_seconds_bucket[5m]))) > 0.5`,
      for: '5m',
      summary: `One caller in twenty waits longer than {{ $value | humanizeDuration }} for a connection of ${NAME}`,
      description:
        'A connection is there at once in a pool that is large enough; half a second is what a user notices.',
    }),
    shippedRule({
      alert: 'PoolExhausted',
      severity: 'critical',
      expr: `sum by (${POOL}) (db_client_connections{state="used"}) >= on (${POOL}) (db_client_connection_max > 0) and on (${POOL}) db_client_connection_pending_requests > 0`,
      for: '1m',
      summary: `All {{ $value }} connections of ${NAME} are in use, and callers wait`,
      description:
        'Full for a moment is what a pool is for; for a minute, with callers waiting, is more work than it can do.',
    }),
    shippedRule({
      alert: 'PoolTimeouts',
      severity: 'warning',
      expr: 'increase(db_client_connection_timeouts_total[5m]) > 0',
      for: '0s',
      keep_firing_for: '5m',
      summary: `{{ $value | humanize }} callers got no connection of ${NAME} in time`,
      description: 'Each of them was an error for somebody.',
    }),
    shippedRule({
      alert: 'ConnectionLeak',
      severity: 'warning',
      expr: 'increase(db_client_connection_leaks_total[10m]) > 0',
      for: '0s',
      keep_firing_for: '10m',
      summary: `A connection of ${NAME} was not given back`,
      description: 'Leaks add up until the pool is empty: the log has the stack of who took it.',
    }),
  ];
}
