import { useState } from 'preact/hooks';
import { change } from '../api/client';
import { read } from '../api/read';
import type { Pool, Statements } from '../api/types';
import { Charts } from '../charts/chart';
import { clockTime, format } from '../charts/format';
import { poolPanels } from '../panels/catalogue';
import { Action } from '../parts/action';
import { EmptyState, ErrorNote, NotConfigured } from '../parts/notes';
import { State } from '../parts/state';
import { type Column, Table } from '../parts/table';
import { linkTo, useAddress } from '../state/address';
import { useLoaded } from '../state/clock';

const ms = (value: number): string => format('seconds', value / 1000);

const COLUMNS: readonly Column<Pool>[] = [
  {
    name: 'pool',
    isText: true,
    by: ({ name }) => name,
    cell: ({ name, state }) =>
      state === 'not_configured' ? name : <a href={linkTo('pools', { pool: name })}>{name}</a>,
  },
  { name: 'state', isText: true, by: ({ state }) => state, cell: ({ state }) => <State state={state} /> },
  { name: 'breaker', isText: true, by: ({ breaker }) => breaker, cell: ({ breaker }) => <State state={breaker} /> },
  { name: 'in use', by: ({ inUse }) => inUse, cell: ({ inUse, max }) => `${inUse} of ${max}` },
  { name: 'idle', by: ({ idle }) => idle, cell: ({ idle }) => idle },
  {
    name: 'waiting',
    by: ({ waiting }) => waiting,
    cell: ({ waiting }) => <span data-state={waiting > 0 ? 'warning' : undefined}>{waiting}</span>,
  },
  { name: 'wait p95', by: ({ wait }) => wait.p95Ms, cell: ({ wait }) => ms(wait.p95Ms) },
  { name: 'use p95', by: ({ use }) => use.p95Ms, cell: ({ use }) => ms(use.p95Ms) },
  { name: 'timeouts', by: ({ timeouts }) => timeouts, cell: ({ timeouts }) => format('count', timeouts) },
  { name: 'errors', by: ({ errors }) => errors, cell: ({ errors }) => format('count', errors) },
  { name: 'leaks', by: ({ leaks }) => leaks, cell: ({ leaks }) => leaks },
];

const VARIABLES: Readonly<Record<string, string>> = {
  postgres: 'POSTGRES_URL',
  redis: 'REDIS_URL',
  http: 'HTTP_UPSTREAMS',
  qdrant: 'QDRANT_URL',
};

export function PoolsPage() {
  const { value, error, again } = useLoaded('pools', (signal) => read('/performance/pools', { signal }));
  const name = useAddress().parameters.get('pool');
  if (value === undefined) return error === undefined ? <EmptyState kind="collecting" /> : <ErrorNote error={error} />;
  const chosen = value.find((pool) => pool.name === name);
  return (
    <>
      {error !== undefined && <ErrorNote error={error} stale />}
      <h2>Pools</h2>
      <Table
        label="pools"
        id="order"
        columns={COLUMNS}
        rows={value.filter(({ state }) => state !== 'not_configured')}
        keyOf={(pool) => pool.name}
        empty="No pool is configured."
      />
      {value
        .filter(({ state }) => state === 'not_configured')
        .map((pool) => (
          <NotConfigured
            key={pool.name}
            what={`The ${pool.name} pool`}
            remedy={`Set ${VARIABLES[pool.kind]} to have it.`}
          />
        ))}
      {chosen !== undefined && <OnePool key={chosen.name} pool={chosen} onChange={again} />}
    </>
  );
}

function OnePool({ pool, onChange }: { readonly pool: Pool; readonly onChange: () => void }) {
  return (
    <section aria-labelledby="pool-title">
      <h2 id="pool-title">
        {pool.name} <State state={pool.state} /> <span class="quiet">since {clockTime(Date.parse(pool.since))}</span>{' '}
        <a href={linkTo('pools')}>close</a>
      </h2>
      {pool.lastError !== null && (
        <p class="note" data-state="warning">
          Last error, {clockTime(Date.parse(pool.lastError.at))}: {pool.lastError.message}
        </p>
      )}
      <Limits pool={pool} onChange={onChange} />
      <Charts panels={poolPanels(pool.name)} />
      {pool.endpoints.length > 0 && (
        <>
          <h3>Servers</h3>
          <Table
            label="servers"
            id="servers"
            columns={[
              { name: 'server', isText: true, cell: (row) => row.name },
              { name: 'state', isText: true, cell: (row) => <State state={row.state} /> },
              { name: 'breaker', isText: true, cell: (row) => <State state={row.breaker} /> },
              { name: 'in use', cell: (row) => row.inUse },
              { name: 'requests', cell: (row) => format('count', row.requests) },
              { name: 'errors', cell: (row) => format('count', row.errors) },
              { name: 'refused routes', isText: true, cell: (row) => row.refusedRoutes.join(', ') },
            ]}
            rows={pool.endpoints}
            keyOf={(row) => row.name}
            empty="–"
          />
        </>
      )}
      {pool.kind === 'postgres' && <StatementsOf pool={pool.name} />}
    </section>
  );
}

function Limits({ pool, onChange }: { readonly pool: Pool; readonly onChange: () => void }) {
  const [max, setMax] = useState(String(pool.max));
  return (
    <form class="row" onSubmit={(event) => event.preventDefault()}>
      <label>
        Connections at most{' '}
        <input type="number" min={1} value={max} onInput={(event) => setMax(event.currentTarget.value)} />
      </label>
      <Action
        label="Resize"
        run={async () => {
          const { max: now } = await change<Pool>('PATCH', `pools/${pool.name}`, { max: Number(max) });
          onChange();
          return `at most ${now} from now on`;
        }}
      />
      {pool.limitsChanged && (
        <Action
          label="As configured"
          run={async () => {
            await change('DELETE', `pools/${pool.name}/limits`);
            onChange();
            return 'the configured limits hold again';
          }}
        />
      )}
    </form>
  );
}

type Statement = Statements['statements'][number];
const STATEMENTS: readonly Column<Statement>[] = [
  { name: 'statement', isText: true, cell: ({ text }) => <code>{text}</code> },
  { name: 'calls', by: ({ calls }) => calls, cell: ({ calls }) => format('count', calls) },
  { name: 'total', by: ({ totalMs }) => totalMs, cell: ({ totalMs }) => ms(totalMs) },
  { name: 'mean', by: ({ meanMs }) => meanMs, cell: ({ meanMs }) => ms(meanMs) },
  { name: 'p95', by: ({ p95Ms }) => p95Ms, cell: ({ p95Ms }) => ms(p95Ms) },
  { name: 'p99', by: ({ p99Ms }) => p99Ms, cell: ({ p99Ms }) => ms(p99Ms) },
  { name: 'rows', by: ({ rows }) => rows, cell: ({ rows }) => format('count', rows) },
  { name: 'errors', by: ({ errors }) => errors, cell: ({ errors }) => format('count', errors) },
];

function StatementsOf({ pool }: { readonly pool: string }) {
  const { value, error } = useLoaded(`statements ${pool}`, (signal) =>
    read('/performance/pools/{name}/statements', { path: { name: pool }, query: { limit: '100' }, signal }),
  );
  return (
    <>
      <h3>Statements</h3>
      {error !== undefined && <ErrorNote error={error} stale={value !== undefined} />}
      {value !== undefined && (
        <Table
          label="statements"
          id="statements"
          columns={STATEMENTS}
          rows={value.statements}
          keyOf={({ text }) => text}
          empty="No statement has run yet."
        />
      )}
    </>
  );
}
