import { useState } from 'preact/hooks';
import { change } from '../api/client';
import { read } from '../api/read';
import type { CacheAnswer, CacheEntries, CacheInvalidated } from '../api/types';
import { Charts } from '../charts/chart';
import { duration, format } from '../charts/format';
import { CACHE } from '../panels/catalogue';
import { Action } from '../parts/action';
import { EmptyState, ErrorNote, NotConfigured } from '../parts/notes';
import { State } from '../parts/state';
import { type Column, Table } from '../parts/table';
import { linkTo, setParameters, useAddress } from '../state/address';
import { useLoaded } from '../state/clock';

type Namespace = CacheAnswer['namespaces'][number];
type Entry = CacheEntries['entries'][number];

const REMOVED_AT_ALL = ({ memory }: Namespace): number =>
  Object.values(memory.removals).reduce((sum, count) => sum + (count ?? 0), 0);
const bytes = (value: number): string => format('bytes', value);

const NAMESPACES: readonly Column<Namespace>[] = [
  {
    name: 'namespace',
    isText: true,
    by: ({ name }) => name,
    cell: ({ name }) => <a href={linkTo('cache', { namespace: name })}>{name}</a>,
  },
  {
    name: 'hits',
    help: 'in memory, since the start',
    by: ({ memory }) => memory.hitRate,
    cell: ({ memory }) => (memory.hits + memory.misses > 0 ? format('ratio', memory.hitRate) : '–'),
  },
  {
    name: 'of Redis',
    help: 'hits in Redis of what memory did not have',
    by: ({ redis }) => redis?.hitRate,
    cell: ({ redis }) => (redis !== null && redis.hits + redis.misses > 0 ? format('ratio', redis.hitRate) : '–'),
  },
  {
    name: 'reads',
    by: ({ memory }) => memory.hits + memory.misses,
    cell: ({ memory }) => format('count', memory.hits + memory.misses),
  },
  { name: 'entries', by: ({ memory }) => memory.entries, cell: ({ memory }) => format('count', memory.entries) },
  { name: 'size', by: ({ memory }) => memory.bytes, cell: ({ memory }) => bytes(memory.bytes) },
  {
    name: 'removed',
    by: REMOVED_AT_ALL,
    cell: (row) => <span title={removals(row)}>{format('count', REMOVED_AT_ALL(row))}</span>,
  },
  { name: 'loads', by: ({ loads }) => loads, cell: ({ loads }) => format('count', loads) },
  { name: 'failed', by: ({ loadFailures }) => loadFailures, cell: ({ loadFailures }) => format('count', loadFailures) },
  {
    name: 'load p95',
    by: ({ loadTime }) => loadTime.p95Ms,
    cell: ({ loadTime }) => (loadTime.count > 0 ? format('seconds', loadTime.p95Ms / 1000) : '–'),
  },
];

const removals = ({ memory }: Namespace): string =>
  Object.entries(memory.removals)
    .filter(([, count]) => (count ?? 0) > 0)
    .map(([reason, count]) => `${reason}: ${count}`)
    .join(', ') || 'none';

export function CachePage() {
  const { parameters } = useAddress();
  const { value, error, again } = useLoaded('cache', (signal) => read('/performance/cache', { signal }));
  const namespace = parameters.get('namespace');
  if (value === undefined) return error === undefined ? <EmptyState kind="collecting" /> : <ErrorNote error={error} />;
  const { memory, redis, namespaces, hottest, warmers } = value;
  return (
    <>
      {error !== undefined && <ErrorNote error={error} stale />}
      <h2>Cache</h2>
      <ul class="cards">
        <li class="card">
          <span class="quiet">memory</span>
          <State state={memory.enabled ? 'up' : 'not_configured'} />
          <span class="quiet">
            {format('count', memory.entries)} entries, {bytes(memory.bytes)} of {bytes(memory.limitBytes)}
          </span>
        </li>
        {redis === null ? (
          <li class="card">
            <NotConfigured
              what="Redis"
              remedy="Set REDIS_URL, or redis of the pools, to share the cache between copies."
            />
          </li>
        ) : (
          <li class="card">
            <span class="quiet">Redis</span>
            <State state={redis.breaker === 'closed' ? 'up' : 'down'} />
            <span class="quiet">
              bus {redis.bus}, p95 {format('seconds', redis.latency.p95Ms / 1000)}
            </span>
            {redis.missing.map(({ what, effect, remedy }) => (
              <span class="message" data-state="warning" key={what}>
                {what}: {effect}. {remedy}
              </span>
            ))}
          </li>
        )}
      </ul>
      <Charts panels={CACHE} />
      <h2>Namespaces</h2>
      <Table
        label="namespaces"
        id="order"
        columns={NAMESPACES}
        rows={namespaces}
        keyOf={({ name }) => name}
        empty="Nothing has been cached yet."
      />
      {namespace !== null && <Browse key={namespace} namespace={namespace} onChange={again} />}
      {hottest.length > 0 && (
        <section aria-labelledby="hot-title">
          <h2 id="hot-title">Hottest keys</h2>
          <Table
            label="hottest keys"
            id="hot"
            columns={[
              { name: 'namespace', isText: true, cell: (row) => row.namespace },
              { name: 'key', isText: true, cell: (row) => <code>{row.key}</code> },
              { name: 'hits', by: (row) => row.hits, cell: (row) => format('count', row.hits) },
            ]}
            rows={hottest}
            keyOf={({ namespace: of, key }) => `${of} ${key}`}
            empty="–"
          />
        </section>
      )}
      {warmers.length > 0 && (
        <section aria-labelledby="warm-title">
          <h2 id="warm-title">Warmers</h2>
          <Table
            label="warmers"
            id="warm"
            columns={[
              { name: 'warmer', isText: true, cell: (row) => row.name },
              { name: 'state', isText: true, cell: (row) => <State state={row.state} /> },
              { name: 'done', cell: (row) => `${row.done} of ${row.total}` },
              { name: 'failed', cell: (row) => row.failed },
              { name: 'error', isText: true, cell: (row) => row.error ?? row.itemError ?? '' },
              {
                name: 'actions',
                cell: (row) => (
                  <Action
                    label="Warm"
                    run={async () => void (await change('POST', 'cache/warm', { warmers: [row.name] }))}
                  />
                ),
              },
            ]}
            rows={warmers}
            keyOf={({ name }) => name}
            empty="–"
          />
        </section>
      )}
    </>
  );
}

const ENTRIES: readonly Column<Entry>[] = [
  { name: 'key', isText: true, by: ({ key }) => key, cell: ({ key }) => <code>{key}</code> },
  { name: 'size', by: ({ bytes: size }) => size, cell: ({ bytes: size }) => bytes(size) },
  { name: 'age', by: ({ ageMs }) => ageMs, cell: ({ ageMs }) => (ageMs === null ? '–' : duration(ageMs / 1000)) },
  {
    name: 'fresh for',
    by: ({ freshMs }) => freshMs,
    cell: ({ freshMs }) => (freshMs === null ? '–' : freshMs < 0 ? 'stale' : duration(freshMs / 1000)),
  },
  { name: 'tags', isText: true, cell: ({ tags }) => tags.join(', ') },
];

/** The entries of a namespace by their prefix, and what can be done about them. */
function Browse({ namespace, onChange }: { readonly namespace: string; readonly onChange: () => void }) {
  const { parameters } = useAddress();
  const prefix = parameters.get('prefix') ?? '';
  const [typed, setTyped] = useState(prefix);
  const query = { namespace, prefix, limit: '100' };
  const { value, error, again } = useLoaded(
    `entries ${namespace} ${prefix}`,
    (signal) => read('/performance/cache/entries', { query, signal }),
    false,
  );
  async function invalidate(what: object): Promise<string> {
    const { removed, scope } = await change<CacheInvalidated>('POST', 'cache/invalidate', { namespace, ...what });
    again();
    onChange();
    return `${removed} entries removed here; reaches: ${scope}`;
  }
  return (
    <section aria-labelledby="browse-title">
      <h2 id="browse-title">
        Entries of {namespace} <a href={linkTo('cache')}>close</a>
      </h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          setParameters({ prefix: typed });
        }}
      >
        <label>
          Keys that begin with <input value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <button type="submit">Show</button>
        {prefix !== '' && (
          <Action
            label={`Invalidate ${prefix}…`}
            confirm={`Remove every key of ${namespace} that begins with "${prefix}", in all copies?`}
            run={() => invalidate({ prefix })}
          />
        )}
        <Action
          label="Invalidate all"
          confirm={`Remove everything of ${namespace}, in all copies?`}
          run={() => invalidate({ all: true })}
        />
      </form>
      {error !== undefined && <ErrorNote error={error} stale={value !== undefined} />}
      {value !== undefined && (
        <Table
          label={`entries of ${namespace}`}
          id="entries"
          columns={[
            ...ENTRIES,
            { name: 'actions', cell: ({ key }) => <Action label="Remove" run={() => invalidate({ keys: [key] })} /> },
          ]}
          rows={value.entries}
          keyOf={({ key }) => key}
          empty="No such keys in the memory of this copy."
        />
      )}
      {value?.cursor != null && <p class="quiet">There are more: a longer prefix shows fewer.</p>}
    </section>
  );
}
