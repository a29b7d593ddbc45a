import type { Alert } from '../api/types';
import { clockTime, utc } from '../charts/format';
import { State } from './state';

export function AlertCard({ alert }: { readonly alert: Alert }) {
  const { name, severity, state, value, threshold, since, summary, unknown, labels } = alert;
  const figures =
    value === null ? '' : `${Number(value.toPrecision(3))}${threshold === null ? '' : ` against ${threshold}`}`;
  const shown = Object.entries(labels).filter(([label]) => !['alertname', 'severity'].includes(label));
  return (
    <p class="alert" data-state={state === 'firing' ? severity : state}>
      <State state={state === 'firing' ? severity : state}>{`${severity}, ${state}`}</State> <b>{name}</b>: {summary}
      <span class="quiet">
        {figures !== '' && ` (${figures})`}
        {since !== null && (
          <>
            {' '}
            since{' '}
            <time dateTime={since} title={utc(Date.parse(since))}>
              {clockTime(Date.parse(since))}
            </time>
          </>
        )}
        {shown.length > 0 && ` ${shown.map(([label, is]) => `${label}=${is}`).join(' ')}`}
        {unknown !== null && `; unknown now: ${unknown}`}
      </span>
    </p>
  );
}
