import type { ListedAlert, ListedRule } from '../../alerting/internal';
import type { AlertView, RuleView } from './prometheus.schemas';

/** What Go writes for a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';

export const timeView = (timeMs: number | undefined): string =>
  timeMs === undefined ? NEVER : new Date(timeMs).toISOString();

/** An alert as Prometheus's API writes it. */
export function alertView(alert: ListedAlert): AlertView {
  const { labels, annotations, state, activeAtMs, keepFiringSinceMs, value } = alert;
  return {
    labels,
    annotations,
    state,
    activeAt: timeView(activeAtMs),
    ...(keepFiringSinceMs !== undefined && { keepFiringSince: timeView(keepFiringSinceMs) }),
    value: exponential(value),
  };
}

/** A rule as Prometheus's API writes it. */
export function ruleView(rule: ListedRule): RuleView {
  const common = {
    type: rule.type,
    name: rule.name,
    query: rule.query,
    labels: rule.labels,
    health: rule.health,
    ...(rule.lastError !== undefined && { lastError: rule.lastError }),
    evaluationTime: rule.evaluationSeconds,
    lastEvaluation: timeView(rule.lastEvaluationMs),
  };
  if (rule.type === 'recording') return common;
  return {
    ...common,
    state: rule.state,
    duration: rule.durationSeconds,
    keepFiringFor: rule.keepFiringForSeconds,
    annotations: rule.annotations,
    alerts: rule.alerts.map(alertView),
  };
}

/** Like Go's `%e` with as many digits as needed: `1.5e+00`. */
function exponential(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
