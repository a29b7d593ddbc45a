import { instant } from '../api/prometheus';
import { clockTime, format } from '../charts/format';
import { EmptyState, ErrorNote } from '../parts/notes';
import { State } from '../parts/state';
import { type Column, Table } from '../parts/table';
import { useLoaded } from '../state/clock';

interface Row {
  readonly name: string;
  readonly running: boolean;
  readonly success: number | undefined;
  readonly last: number | undefined;
  readonly duration: number | undefined;
  readonly failures: number | undefined;
  readonly skipped: number | undefined;
}

async function jobs(signal: AbortSignal): Promise<readonly Row[]> {
  const names = [
    'running',
    'last_success',
    'last_run_timestamp_seconds',
    'last_duration_seconds',
    'failures_total',
    'skipped_total',
  ];
  const answers = await Promise.all(names.map((name) => instant(`max by (job_name) (scheduled_job_${name})`, signal)));
  const [running, success, last, duration, failures, skipped] = answers.map(
    (answer) => new Map(answer.map(({ labels, value }) => [labels.job_name ?? '', value])),
  );
  return [...new Set(answers.flatMap((answer) => answer.map(({ labels }) => labels.job_name ?? '')))]
    .toSorted()
    .map((name) => ({
      name,
      running: running!.get(name) === 1,
      success: success!.get(name),
      last: last!.get(name),
      duration: duration!.get(name),
      failures: failures!.get(name),
      skipped: skipped!.get(name),
    }));
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'job', isText: true, by: ({ name }) => name, cell: ({ name }) => name },
  {
    name: 'state',
    isText: true,
    cell: ({ running, success }) =>
      running ? (
        <State state="pending">running</State>
      ) : success === 0 ? (
        <State state="failed" />
      ) : (
        <State state={success === 1 ? 'ok' : 'unknown'} />
      ),
  },
  { name: 'last run', by: ({ last }) => last, cell: ({ last }) => (last ? clockTime(last * 1000) : '–') },
  { name: 'took', by: ({ duration }) => duration, cell: ({ duration }) => format('seconds', duration) },
  { name: 'failures', by: ({ failures }) => failures, cell: ({ failures }) => format('count', failures) },
  {
    name: 'skipped',
    by: ({ skipped }) => skipped,
    help: 'not begun, since the run before had not ended',
    cell: ({ skipped }) => format('count', skipped),
  },
];

export function JobsPage() {
  const { value, error } = useLoaded('jobs', jobs);
  return (
    <>
      <h2>Scheduled jobs</h2>
      {error !== undefined && <ErrorNote error={error} stale={value !== undefined} />}
      {value === undefined ? (
        error === undefined && <EmptyState kind="collecting" />
      ) : (
        <Table
          label="jobs"
          id="order"
          columns={COLUMNS}
          rows={value}
          keyOf={({ name }) => name}
          empty="No job has run yet."
        />
      )}
    </>
  );
}
