import type { Acknowledgement, LedgerRow, MaintenanceWindow, NotificationEvent } from '../../alerting/internal';
import type {
  AcknowledgementResponse,
  DeliveryResponse,
  EventsResponse,
  MaintenanceResponse,
} from './notifications.schemas';

const timeText = (atMs: number) => new Date(atMs).toISOString();
const timeOrNull = (atMs: number | undefined) => (atMs === undefined ? null : timeText(atMs));

/** What one receiver was told of one group, or is still to be told. */
export function deliveryView(row: LedgerRow): DeliveryResponse {
  const { receiver, kind, groupKey, groupLabels, told, pending, dead, answer } = row;
  const shown = pending ?? dead ?? told;
  return {
    receiver,
    kind,
    groupKey,
    groupLabels: { ...groupLabels },
    state: pending !== undefined ? 'waiting' : dead !== undefined ? 'dead' : 'told',
    firing: shown?.firing.length ?? 0,
    resolved: shown?.resolved.length ?? 0,
    attempts: pending?.attempts ?? null,
    since: timeOrNull(pending?.sinceMs),
    nextAttempt: timeOrNull(pending?.nextMs),
    toldAt: timeOrNull(told?.atMs),
    answer: dead?.reason ?? answer?.text ?? null,
  };
}

export function eventView({ atMs, kind, alertnames, detail }: NotificationEvent): EventsResponse['events'][number] {
  return { at: timeText(atMs), kind, alertnames: [...alertnames], detail: { ...detail } };
}

export function acknowledgementView(
  { by, comment, atMs }: Acknowledgement,
  labels: Readonly<Record<string, string>>,
): AcknowledgementResponse {
  return { labels: { ...labels }, by, comment, at: timeText(atMs) };
}

export function maintenanceView(window: MaintenanceWindow, active: boolean): MaintenanceResponse {
  const { name, matchers, timeIntervals, createdBy, comment, updatedAt } = window;
  return {
    name,
    matchers: [...matchers],
    timeIntervals: timeIntervals.map((interval) => Object.fromEntries(Object.entries(interval))),
    createdBy,
    comment,
    updatedAt: timeText(updatedAt),
    active,
  };
}
