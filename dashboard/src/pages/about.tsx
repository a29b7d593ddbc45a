import { Fragment } from 'preact';
import { get } from '../api/client';
import { read } from '../api/read';
import type { components } from '../api/openapi';
import { instant } from '../api/prometheus';
import { duration, format, clockTime } from '../charts/format';
import { EmptyState, ErrorNote } from '../parts/notes';
import { State } from '../parts/state';
import { Table } from '../parts/table';
import { useLoaded } from '../state/clock';

type Overview = components['schemas']['Overview'];

export function AboutPage() {
  const overview = useLoaded('about', (signal) => get<Overview>('../performance', signal));
  const copies = useLoaded('copies', (signal) => read('/performance/instances', { signal }));
  const drops = useLoaded('drops', (signal) =>
    instant(
      'sum by (what) (label_replace({__name__=~"monitoring_(samples_dropped|overflowed|evictions|ticks_missed|collect_failures)_total"}, "what", "$1", "__name__", "monitoring_(.*)_total"))',
      signal,
    ),
  );
  const settings = useLoaded(
    'settings',
    (signal) => get<{ data: { yaml: string } }>('prometheus/api/v1/status/config', signal),
    false,
  );
  if (overview.value === undefined)
    return overview.error === undefined ? <EmptyState kind="collecting" /> : <ErrorNote error={overview.error} />;
  const { name, version, instance, monitoring } = overview.value;
  return (
    <>
      <h2>
        {name} {version}, copy {instance}
      </h2>
      <dl>
        <dt>series</dt>
        <dd>{format('count', monitoring.series)}</dd>
        <dt>samples</dt>
        <dd>
          {format('count', monitoring.samples)} in {format('bytes', monitoring.bytes)}
        </dd>
        <dt>history since</dt>
        <dd>{monitoring.oldestSample === null ? '–' : clockTime(Date.parse(monitoring.oldestSample))}</dd>
        {drops.value?.map(({ labels: { what = '' }, value }) => (
          <Fragment key={what}>
            <dt>{what.replaceAll('_', ' ')}</dt>
            <dd>{format('count', value)}</dd>
          </Fragment>
        ))}
      </dl>
      <h2>Copies</h2>
      {copies.error !== undefined && <ErrorNote error={copies.error} />}
      {copies.value !== undefined && (
        <Table
          label="copies"
          id="copies"
          columns={[
            { name: 'copy', isText: true, cell: (row) => row.id },
            { name: 'state', isText: true, cell: (row) => <State state={row.state} /> },
            { name: 'leads', isText: true, cell: (row) => (row.leads ? 'yes' : '') },
            { name: 'version', isText: true, cell: (row) => row.version },
            { name: 'started', cell: (row) => clockTime(Date.parse(row.startedAt)) },
            { name: 'age', cell: (row) => duration(row.ageSeconds) },
          ]}
          rows={copies.value.instances}
          keyOf={(row) => row.id}
          empty="–"
        />
      )}
      {settings.value !== undefined && (
        <>
          <h2>Monitoring configuration</h2>
          <pre tabIndex={0}>{settings.value.data.yaml}</pre>
        </>
      )}
    </>
  );
}
