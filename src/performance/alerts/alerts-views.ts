import type { Alert, AlertEvent, AlertsService } from '../../alerting';
import type { AlertEventResponse, AlertResponse, RuleGroupResponse } from './alerts.schemas';

type Group = AlertsService['groups'][number];

/** An alert as it is answered. */
export function alertView(alert: Alert): AlertResponse {
  const { name, severity, state, summary, threshold, sinceMs, value, labels, unknown } = alert;
  return {
    name,
    severity,
    state,
    value: finite(value),
    threshold: threshold ?? null,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    summary,
    labels: labels.toObject(),
    unknown: unknown ?? null,
  };
}

/** A change of an alert as it is answered. */
export function eventView(event: AlertEvent): AlertEventResponse {
  const { atMs, lastedMs, value, ...rest } = event;
  return {
    ...rest,
    at: new Date(atMs).toISOString(),
    lastedSeconds: lastedMs === undefined ? null : lastedMs / 1_000,
    value: finite(value),
  };
}

/** A group of rules as it is answered. */
export function groupView(run: Group): RuleGroupResponse {
  const { group, file, intervalMs, lastEvaluationMs } = run;
  return {
    name: group.name,
    source: file,
    intervalSeconds: intervalMs / 1_000,
    limit: group.limit,
    lastEvaluation: lastEvaluationMs === undefined ? null : new Date(lastEvaluationMs).toISOString(),
    rules: run.rules.map(({ rule, health }) => ({
      kind: rule.kind,
      name: rule.name,
      expr: rule.expr,
      labels: rule.labels,
      annotations: rule.kind === 'alerting' ? rule.annotations : {},
      forSeconds: rule.kind === 'alerting' ? rule.forMs / 1_000 : 0,
      keepFiringForSeconds: rule.kind === 'alerting' ? rule.keepFiringForMs / 1_000 : 0,
      lastError: health.lastError ?? null,
      unknown: health.unknown?.reason ?? null,
    })),
  };
}

/** JSON knows neither NaN nor infinity. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
