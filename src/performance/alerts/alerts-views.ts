import type { Alert, AlertEvent, AlertsService } from '../../alerting';
import type { NotificationEvent, RuleBacktest } from '../../alerting/internal';
import {
  type AlertEventResponse,
  type AlertResponse,
  type BacktestResponse,
  MOST_JOINED,
  type RuleGroupResponse,
} from './alerts.schemas';

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

/** A change of an alert as it is answered. @param concerning what was told of it, and who silenced and acknowledged */
export function eventView(event: AlertEvent, concerning: readonly NotificationEvent[]): AlertEventResponse {
  const { atMs, lastedMs, value, ...rest } = event;
  return {
    ...rest,
    at: new Date(atMs).toISOString(),
    lastedSeconds: lastedMs === undefined ? null : lastedMs / 1_000,
    value: finite(value),
    deliveries: joined<DeliveryDetail>(concerning, 'delivery').map(({ at, detail }) => {
      const { receiver, kind, what, attempts, answer } = detail;
      return { at, receiver, kind, outcome: what, attempts, answer };
    }),
    acknowledgements: joined<AcknowledgementDetail>(concerning, 'acknowledgement').map(({ at, detail }) => {
      const { what, by, comment = '' } = detail;
      return { at, what, by, comment };
    }),
    muted: joined<MutedDetail>(concerning, 'muted').map(({ at, detail }) => {
      const { silencedBy, inhibitedBy, maintenance } = detail;
      return { at, silencedBy, inhibitedBy, maintenance };
    }),
  };
}

type Joined<Name extends 'deliveries' | 'acknowledgements' | 'muted'> = AlertEventResponse[Name][number];
type DeliveryDetail = Pick<Joined<'deliveries'>, 'receiver' | 'kind' | 'attempts' | 'answer'> & { what: string };
type AcknowledgementDetail = Pick<Joined<'acknowledgements'>, 'what' | 'by'> & { comment?: string };
type MutedDetail = Omit<Joined<'muted'>, 'at'>;

/** Of one kind, the first ones. */
function joined<Detail>(events: readonly NotificationEvent[], wanted: NotificationEvent['kind']) {
  return events
    .filter(({ kind }) => kind === wanted)
    .slice(0, MOST_JOINED)
    .map(({ atMs, detail }) => ({ at: new Date(atMs).toISOString(), detail: detail as Detail }));
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

/** What a group of rules would have done, as it is answered. */
export function backtestView({ grid, rules, notificationCount, notifications }: RuleBacktest): BacktestResponse {
  return {
    from: timeText(grid.startMs),
    until: timeText(grid.endMs),
    intervalSeconds: grid.stepMs / 1_000,
    evaluations: grid.steps,
    rules: rules.map(({ rule, failures, lastError, episodes, notKept, pendingOnly }) => ({
      kind: rule.kind,
      name: rule.name,
      failedEvaluations: failures,
      lastError: lastError ?? null,
      fired: episodes.length + notKept,
      endedPending: pendingOnly,
      alerts: episodes.map(({ labels, activeAtMs, firedAtMs, endedAtMs, peak }) => ({
        labels: labels.toObject(),
        pendingSince: timeText(activeAtMs),
        from: timeText(firedAtMs!),
        until: endedAtMs === undefined ? null : timeText(endedAtMs),
        peak: finite(peak),
      })),
    })),
    notifications: {
      count: notificationCount,
      first: notifications.map(({ atMs, receiver, kind, groupLabels, firing, resolved }) => ({
        at: timeText(atMs),
        receiver,
        kind,
        groupLabels: { ...groupLabels },
        firing,
        resolved,
      })),
    },
  };
}

const timeText = (timeMs: number): string => new Date(timeMs).toISOString();

/** JSON knows neither NaN nor infinity. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
