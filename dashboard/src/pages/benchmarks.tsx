import { useState } from 'preact/hooks';
import { change } from '../api/client';
import { read } from '../api/read';
import type { BenchmarkRun, BenchmarkScenarios } from '../api/types';
import { clockTime, duration, format } from '../charts/format';
import { Action } from '../parts/action';
import { EmptyState, ErrorNote } from '../parts/notes';
import { State } from '../parts/state';
import { type Column, Table } from '../parts/table';
import { linkTo, useAddress } from '../state/address';
import { useLoaded } from '../state/clock';

const COLUMNS: readonly Column<BenchmarkRun>[] = [
  { name: 'run', isText: true, cell: ({ id }) => <a href={linkTo('benchmarks', { run: id })}>{id}</a> },
  { name: 'scenario', isText: true, by: ({ scenario }) => scenario, cell: ({ scenario }) => scenario },
  {
    name: 'state',
    isText: true,
    by: ({ state }) => state,
    cell: ({ state, progress }) => (
      <State state={state === 'running' ? 'pending' : state}>
        {state === 'running' ? `${progress.phase}, ${format('ratio', progress.ratio)}` : state}
      </State>
    ),
  },
  { name: 'started', by: ({ startedAt }) => startedAt, cell: ({ startedAt }) => clockTime(Date.parse(startedAt)) },
  { name: 'took', by: ({ durationMs }) => durationMs, cell: ({ durationMs }) => duration(durationMs / 1000) },
  { name: 'verdict', isText: true, cell: ({ verdict, invalid, error }) => invalid ?? error?.detail ?? verdict ?? '' },
];

export function BenchmarksPage() {
  const { value, error, again } = useLoaded('benchmarks', (signal) => read('/performance/benchmark', { signal }));
  const scenarios = useLoaded('scenarios', (signal) => read('/performance/benchmark/scenarios', { signal }), false);
  const id = useAddress().parameters.get('run');
  if (value === undefined) return error === undefined ? <EmptyState kind="collecting" /> : <ErrorNote error={error} />;
  const chosen = value.runs.find((run) => run.id === id);
  return (
    <>
      {error !== undefined && <ErrorNote error={error} stale />}
      <h2>Benchmarks</h2>
      {scenarios.value !== undefined && <Start scenarios={scenarios.value.scenarios} onStart={again} />}
      <Table
        label="runs"
        id="runs"
        columns={COLUMNS}
        rows={value.runs}
        keyOf={(run) => run.id}
        empty="No benchmark has run yet."
      />
      {chosen !== undefined && <Run run={chosen} onChange={again} />}
    </>
  );
}

function Start({
  scenarios,
  onStart,
}: {
  readonly scenarios: BenchmarkScenarios['scenarios'];
  readonly onStart: () => void;
}) {
  const [name, setName] = useState(scenarios.find(({ runnable }) => runnable)?.name ?? '');
  const [parameters, setParameters] = useState('{}');
  const chosen = scenarios.find((scenario) => scenario.name === name);
  return (
    <form class="row" onSubmit={(event) => event.preventDefault()}>
      <label>
        Scenario{' '}
        <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
          {scenarios.map((scenario) => (
            <option key={scenario.name} value={scenario.name} disabled={!scenario.runnable}>
              {scenario.name}
              {scenario.runnable ? '' : ` (needs ${scenario.missing.join(', ')})`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Parameters{' '}
        <input
          class="wide"
          value={parameters}
          onInput={(event) => setParameters(event.currentTarget.value)}
          spellcheck={false}
        />
      </label>
      <Action
        label="Run"
        run={async () => {
          const { id } = await change<BenchmarkRun>('POST', 'benchmark', {
            scenario: name,
            parameters: JSON.parse(parameters) as object,
          });
          location.hash = linkTo('benchmarks', { run: id });
          onStart();
          return `run ${id} has begun`;
        }}
      />
      <span class="quiet">{chosen?.description}</span>
    </form>
  );
}

function Run({ run, onChange }: { readonly run: BenchmarkRun; readonly onChange: () => void }) {
  const phases = Object.entries(run.phases ?? {});
  return (
    <section aria-labelledby="run-title">
      <h2 id="run-title">
        {run.scenario} {run.id} <a href={linkTo('benchmarks')}>close</a>
      </h2>
      {run.state === 'running' && (
        <p class="row">
          <progress value={run.progress.ratio} max={1} aria-label="progress" /> {run.progress.phase}
          <Action
            label="Cancel"
            run={async () => {
              await change('DELETE', `benchmark/${run.id}`);
              onChange();
              return 'cancelled';
            }}
          />
        </p>
      )}
      {run.invalid !== undefined && (
        <p class="note" data-state="warning">
          These figures do not count: {run.invalid}
        </p>
      )}
      {run.verdict !== undefined && <p>{run.verdict}</p>}
      <Table
        label="phases"
        id="phases"
        columns={[
          { name: 'phase', isText: true, cell: ([name]) => name },
          { name: 'operations', cell: ([, { operations }]) => format('count', operations) },
          { name: 'rate', cell: ([, { perSecond }]) => format('perSecond', perSecond) },
          ...(['meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const).map((field) => ({
            name: field.slice(0, -2),
            cell: ([, { latency }]: (typeof phases)[number]) => format('seconds', latency[field] / 1000),
          })),
        ]}
        rows={phases}
        keyOf={([name]) => name}
        empty="No phase has ended yet."
      />
      <p class="row">
        <a href={`benchmark/${run.id}/export?format=csv`}>CSV</a>{' '}
        <a href={`benchmark/${run.id}/export?format=markdown`}>Markdown</a>{' '}
        <a href={`benchmark/${run.id}/export?format=hgrm`}>HdrHistogram</a>
      </p>
    </section>
  );
}
