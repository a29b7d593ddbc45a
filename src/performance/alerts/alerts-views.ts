import type { AlertsService } from '../../alerting';
import type { AlertResponse } from './alerts.schemas';

type Alert = ReturnType<AlertsService['list']>[number];

/** An alert as it is answered. */
export function alertView({ threshold, sinceMs, value, labels, ...alert }: Alert): AlertResponse {
  const { name, severity, state, summary } = alert;
  return {
    name,
    severity,
    state,
    value: finite(value),
    threshold: threshold ?? null,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    summary,
    labels: labels.toObject(),
  };
}

/** JSON knows neither NaN nor infinity. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
