import { change } from '../api/client';
import { read } from '../api/read';
import type { Alert, AlertDelivery, AlertEvent } from '../api/types';
import { clockTime, duration, format, utc } from '../charts/format';
import { Action } from '../parts/action';
import { AlertCard } from '../parts/alert-card';
import { EmptyState, ErrorNote } from '../parts/notes';
import { State } from '../parts/state';
import { type Column, Table } from '../parts/table';
import { useLoaded } from '../state/clock';

const HOUR_MS = 3_600_000;

export function AlertsPage() {
  const active = useLoaded('alerts', (signal) => read('/performance/alerts', { signal }));
  const history = useLoaded('history', (signal) =>
    read('/performance/alerts/history', { query: { limit: '200' }, signal }),
  );
  const deliveries = useLoaded('deliveries', (signal) => read('/performance/alerts/deliveries', { signal }));
  if (active.value === undefined)
    return active.error === undefined ? <EmptyState kind="collecting" /> : <ErrorNote error={active.error} />;
  const alerts = active.value;
  const speaking = alerts.filter(({ state, severity }) => state !== 'inactive' && severity !== 'none');
  return (
    <>
      <h2>Active</h2>
      {speaking.length === 0 && <p class="quiet">No alert is pending or fires.</p>}
      {speaking.map((alert) => (
        <div key={JSON.stringify([alert.name, alert.labels])}>
          <AlertCard alert={alert} />
          <p class="row">
            <Action
              label="Acknowledge"
              run={async () => {
                await change('POST', 'alerts/acknowledgements', { matchers: matchersOf(alert) });
                return 'acknowledged: it is not repeated until something new joins';
              }}
            />
            <Action
              label="Silence for 1 h"
              run={async () => {
                await change('POST', 'alertmanager/api/v2/silences', silenceOf(alert));
                return 'silenced for an hour';
              }}
            />
          </p>
        </div>
      ))}
      <h2>Rules</h2>
      <Table
        label="rules"
        id="rules"
        columns={RULES}
        rows={alerts}
        keyOf={(row) => JSON.stringify([row.name, row.labels])}
        empty="There is no rule."
      />
      <h2>Told</h2>
      {deliveries.error !== undefined && <ErrorNote error={deliveries.error} />}
      {deliveries.value !== undefined && (
        <Table
          label="deliveries"
          id="told"
          columns={DELIVERIES}
          rows={deliveries.value}
          keyOf={({ receiver, groupKey, kind }) => `${receiver} ${kind} ${groupKey}`}
          empty="Nothing has been told yet. Receivers are given by ALERTMANAGER_CONFIG, ALERT_WEBHOOK_URL, ALERT_SLACK_URL or ALERT_EMAIL_TO."
        />
      )}
      <h2>History</h2>
      {history.error !== undefined && <ErrorNote error={history.error} />}
      {history.value !== undefined && (
        <Table
          label="history"
          id="history"
          columns={HISTORY}
          rows={history.value}
          keyOf={({ id }) => id}
          empty="No alert has changed its state yet."
        />
      )}
    </>
  );
}

const matchersOf = ({ name, labels }: Alert): string[] =>
  Object.entries({ alertname: name, ...labels }).map(([label, value]) => `${label}=${JSON.stringify(value)}`);

function silenceOf({ name, labels }: Alert): object {
  const matchers = Object.entries({ alertname: name, ...labels }).map(([label, value]) => ({
    name: label,
    value,
    isRegex: false,
    isEqual: true,
  }));
  const now = Date.now();
  return {
    matchers,
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + HOUR_MS).toISOString(),
    createdBy: 'dashboard',
    comment: 'silenced on the dashboard',
  };
}

const number = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(3))));
const time = (iso: string | null) =>
  iso === null ? (
    '–'
  ) : (
    <time dateTime={iso} title={utc(Date.parse(iso))}>
      {clockTime(Date.parse(iso))}
    </time>
  );

const RULES: readonly Column<Alert>[] = [
  { name: 'rule', isText: true, by: ({ name }) => name, cell: ({ name }) => name },
  { name: 'severity', isText: true, by: ({ severity }) => severity, cell: ({ severity }) => severity },
  { name: 'state', isText: true, by: ({ state }) => state, cell: ({ state }) => <State state={state} /> },
  { name: 'value', by: ({ value }) => value, cell: ({ value }) => number(value) },
  { name: 'threshold', by: ({ threshold }) => threshold, cell: ({ threshold }) => number(threshold) },
  { name: 'since', by: ({ since }) => since ?? '', cell: ({ since }) => time(since) },
  { name: 'what', isText: true, cell: ({ summary, unknown }) => unknown ?? summary },
];

const HISTORY: readonly Column<AlertEvent>[] = [
  { name: 'at', by: ({ at }) => at, cell: ({ at }) => time(at) },
  { name: 'rule', isText: true, by: ({ name }) => name, cell: ({ name }) => name },
  { name: 'severity', isText: true, cell: ({ severity }) => severity },
  { name: 'from', isText: true, cell: ({ from }) => <State state={from} /> },
  { name: 'to', isText: true, cell: ({ to }) => <State state={to} /> },
  {
    name: 'after',
    by: ({ lastedSeconds }) => lastedSeconds,
    cell: ({ lastedSeconds }) => (lastedSeconds === null ? '–' : duration(lastedSeconds)),
  },
  { name: 'value', cell: ({ value }) => number(value) },
  {
    name: 'labels',
    isText: true,
    cell: ({ labels }) =>
      Object.entries(labels)
        .map(([label, value]) => `${label}=${value}`)
        .join(' '),
  },
];

const DELIVERIES: readonly Column<AlertDelivery>[] = [
  {
    name: 'receiver',
    isText: true,
    by: ({ receiver }) => receiver,
    cell: ({ receiver, kind }) => `${receiver} (${kind})`,
  },
  {
    name: 'state',
    isText: true,
    by: ({ state }) => state,
    cell: ({ state }) => (
      <State state={state === 'dead' ? 'failed' : state === 'told' ? 'ok' : 'pending'}>{state}</State>
    ),
  },
  {
    name: 'group',
    isText: true,
    cell: ({ groupLabels }) =>
      Object.entries(groupLabels)
        .map(([label, value]) => `${label}=${value}`)
        .join(' '),
  },
  { name: 'firing', cell: ({ firing }) => firing },
  { name: 'resolved', cell: ({ resolved }) => resolved },
  { name: 'attempts', cell: ({ attempts }) => format('count', attempts) },
  { name: 'told', cell: ({ toldAt }) => time(toldAt) },
  { name: 'answer', isText: true, cell: ({ answer }) => answer ?? '' },
];
