import type { LabelSet } from '../matching/alert-matcher';
import { sortedPairs } from '../matching/label-set';
import { firingOf, type Notification, resolvedOf } from './notification';
import type { ToldAlert } from '../delivery/ledger';

/** Alerts that a text for people names; the rest is counted. */
const MAX_NAMED = 20;
const MINUTE_MS = 60_000;

/** What a person wants to know of an alert, in words. */
export interface AlertFacts {
  readonly title: string;
  readonly summary: string;
  /** Value and threshold, since when, what it is about. */
  readonly lines: readonly string[];
  readonly runbook: string | undefined;
  readonly chart: string | undefined;
}

/** `[FIRING:2] HighCpuUsage (instance=a)` */
export function titleOf(notification: Notification): string {
  const firing = firingOf(notification).length;
  const names = [...new Set(notification.alerts.map(({ labels }) => labels.alertname ?? ''))].filter(
    (name) => name !== '',
  );
  const others = sortedPairs(notification.groupLabels).filter(([name]) => name !== 'alertname');
  const about = others.length === 0 ? '' : ` (${others.map(([name, value]) => `${name}=${value}`).join(', ')})`;
  const mark = notification.isTest ? '[TEST] ' : '';
  return `${mark}[${firing > 0 ? `FIRING:${firing}` : 'RESOLVED'}] ${names.slice(0, 5).join(', ')}${about}`;
}

/** The facts of the alerts, those that fire first, and how many were left out. */
export function factsOf(notification: Notification): { readonly facts: readonly AlertFacts[]; readonly more: number } {
  const ordered = [...firingOf(notification), ...resolvedOf(notification)];
  return { facts: ordered.slice(0, MAX_NAMED).map(alertFacts), more: Math.max(0, ordered.length - MAX_NAMED) };
}

function alertFacts(alert: ToldAlert): AlertFacts {
  const { labels, annotations, startsAt, endsAt, generatorUrl } = alert;
  const { alertname = 'alert', severity, ...rest } = labels;
  const summary = annotations.summary ?? annotations.description ?? '';
  const value = annotations.value ?? shortNumber(alert.value);
  const threshold = annotations.threshold ?? shortNumber(alert.threshold);
  const measured =
    value === undefined ? [] : [`Value ${value}${threshold === undefined ? '' : `, threshold ${threshold}`}`];
  const since = new Date(startsAt).toISOString();
  const time =
    endsAt === 0
      ? `Since ${since}`
      : `From ${since} to ${new Date(endsAt).toISOString()} (${lasted(endsAt - startsAt)})`;
  return {
    title: `${alertname}${severity === undefined ? '' : ` (${severity})`}${endsAt === 0 ? '' : ' is resolved'}`,
    summary,
    lines: [
      ...measured,
      time,
      ...(annotations.description !== undefined && annotations.summary !== undefined ? [annotations.description] : []),
      ...(Object.keys(rest).length === 0 ? [] : [labelText(rest)]),
    ],
    runbook: annotations.runbook_url ?? annotations.runbook,
    chart: generatorUrl === '' ? undefined : generatorUrl,
  };
}

/** JSON has made `null` of what is no number. */
function shortNumber(value: number | null | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(Number(value.toPrecision(6)));
}

function lasted(ms: number): string {
  return ms < MINUTE_MS ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / MINUTE_MS)} min`;
}

const labelText = (labels: LabelSet): string =>
  sortedPairs(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** As plain text: a paragraph for each alert. */
export function plainText(notification: Notification): string {
  const { facts, more } = factsOf(notification);
  const paragraphs = facts.map(({ title, summary, lines, runbook, chart }) =>
    [
      title,
      ...(summary === '' ? [] : [summary]),
      ...lines,
      ...(runbook === undefined ? [] : [`Runbook: ${runbook}`]),
      ...(chart === undefined ? [] : [`Chart: ${chart}`]),
    ].join('\n'),
  );
  return [...paragraphs, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n\n');
}
