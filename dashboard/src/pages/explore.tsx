import { useEffect, useState } from 'preact/hooks';
import { instant, labelNames, labelValues, seriesName } from '../api/prometheus';
import { Chart } from '../charts/chart';
import type { Panel } from '../panels/panel';
import { ErrorNote } from '../parts/notes';
import { Table } from '../parts/table';
import { setParameters, useAddress } from '../state/address';
import { useLoaded } from '../state/clock';

const FUNCTIONS = [
  'rate',
  'increase',
  'sum',
  'avg',
  'max',
  'min',
  'count',
  'topk',
  'histogram_quantile',
  'quantile_over_time',
  'max_over_time',
  'avg_over_time',
  'delta',
  'deriv',
  'predict_linear',
  'absent',
  'by',
  'without',
  'label_replace',
  'clamp_max',
  'time',
];
const MOST_SHOWN = 10;

const IN_NAME = /[a-zA-Z0-9_:]/;

/** What is being written at the cursor: a name that may be completed. */
function wordBefore(text: string, at: number): { readonly word: string; readonly start: number } {
  let start = at;
  while (start > 0 && IN_NAME.test(text[start - 1]!)) start--;
  return { word: text.slice(start, at), start };
}

export function ExplorePage() {
  const query = useAddress().parameters.get('query') ?? '';
  const panel: Panel = { id: 'explore', title: query, unit: 'count', queries: [{ query, name: '' }], help: query };
  return (
    <>
      <h2>Explore</h2>
      <QueryBox key={query} query={query} />
      {query === '' ? (
        <p class="quiet">Write a query in PromQL, such as rate(http_server_request_duration_seconds_count[5m]).</p>
      ) : (
        <>
          <Chart key={query} panel={panel} />
          <Values query={query} />
        </>
      )}
    </>
  );
}

function QueryBox({ query }: { readonly query: string }) {
  const [text, setText] = useState(query);
  const [names, setNames] = useState<readonly string[]>(FUNCTIONS);
  const [found, setFound] = useState<readonly string[]>([]);
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    Promise.all([labelValues('__name__'), labelNames()]).then(
      ([metrics, labels]) => setNames([...new Set([...FUNCTIONS, ...metrics, ...labels])]),
      () => undefined, // completion only: the query says itself what is wrong
    );
  }, []);
  function look(area: HTMLTextAreaElement): void {
    const { word } = wordBefore(area.value, area.selectionStart);
    const matches = word.length < 2 ? [] : names.filter((name) => name.includes(word) && name !== word);
    setFound(matches.toSorted((a, b) => Number(b.startsWith(word)) - Number(a.startsWith(word))).slice(0, MOST_SHOWN));
    setChosen(0);
  }
  function complete(area: HTMLTextAreaElement, name: string): void {
    const { start } = wordBefore(area.value, area.selectionStart);
    const next = area.value.slice(0, start) + name + area.value.slice(area.selectionStart);
    setText(next);
    setFound([]);
    queueMicrotask(() => area.setSelectionRange(start + name.length, start + name.length));
  }
  const ask = (): void => {
    setFound([]);
    setParameters({ query: text.trim() });
  };
  return (
    <form
      class="query"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <textarea
        aria-label="PromQL"
        aria-autocomplete="list"
        rows={2}
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          look(event.currentTarget);
        }}
        onKeyDown={(event) => {
          const isOpen = found.length > 0;
          if (isOpen && event.key === 'ArrowDown') setChosen((chosen + 1) % found.length);
          else if (isOpen && event.key === 'ArrowUp') setChosen((chosen + found.length - 1) % found.length);
          else if (isOpen && (event.key === 'Tab' || event.key === 'Enter') && !event.shiftKey)
            complete(event.currentTarget, found[chosen]!);
          else if (isOpen && event.key === 'Escape') setFound([]);
          else if (event.key === 'Enter' && !event.shiftKey) ask();
          else return;
          event.preventDefault();
        }}
      />
      <button type="submit">Ask</button>
      {found.length > 0 && (
        <ul class="completions" role="listbox" aria-label="completions">
          {found.map((name, index) => (
            <li key={name} role="option" aria-selected={index === chosen}>
              {name}
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}

function Values({ query }: { readonly query: string }) {
  const { value, error } = useLoaded(`values ${query}`, (signal) => instant(query, signal));
  if (error !== undefined) return <ErrorNote error={error} />;
  if (value === undefined) return null;
  return (
    <Table
      label="values"
      id="values"
      columns={[
        {
          name: 'series',
          isText: true,
          by: ({ labels }) => seriesName(labels),
          cell: ({ labels }) => <code>{seriesName(labels)}</code>,
        },
        { name: 'value', by: (row) => row.value, cell: (row) => String(row.value) },
      ]}
      rows={value.slice(0, 500)}
      keyOf={({ labels }) => seriesName(labels)}
      empty="Nothing right now."
    />
  );
}
