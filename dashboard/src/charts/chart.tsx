// A panel on the page: its figures over the range that is looked at, drawn, in words, and as a table.
import { useMemo, useState } from 'preact/hooks';
import { range as askRange } from '../api/prometheus';
import { nameOf, type Panel, queryOn } from '../panels/panel';
import { EmptyState, ErrorNote } from '../parts/notes';
import { linkTo, useAddress } from '../state/address';
import { useIntervalSeconds, useLoaded } from '../state/clock';
import { useMarks } from '../state/marks';
import { gridOf, timeRangeOf } from '../state/time-range';
import { clockTime, format, utc } from './format';
import { colourOf, toneAt } from './palette';
import { Plot, type PlotLine } from './plot';
import { sentenceOf } from './sentence';

/** Lines that a chart draws at most; the largest of the present. */
const MOST_LINES = 12;
const MOST_ROWS = 60;

interface Figures {
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly hidden: number;
}

async function figuresOf(
  panel: Panel,
  grid: ReturnType<typeof gridOf>,
  interval: number,
  signal: AbortSignal,
): Promise<Figures> {
  const answers = await Promise.all(
    panel.queries.map((query) => askRange(queryOn(query, panel, grid, interval), grid, signal)),
  );
  const all = answers.flatMap(({ series }, index) => {
    const query = panel.queries[index]!;
    return series.map(({ labels, values }): PlotLine => {
      const name = nameOf(query, labels) || 'all';
      return { name, values, tone: query.tone ?? query.tones?.[name] };
    });
  });
  const lines = all.toSorted((a, b) => Math.max(0, ...known(b)) - Math.max(0, ...known(a))).slice(0, MOST_LINES);
  const kept = new Set(lines);
  return { times: answers[0]!.times, lines: all.filter((line) => kept.has(line)), hidden: all.length - lines.length };
}

const known = ({ values }: PlotLine): number[] => values.filter((value) => value !== null);

export function Chart({ panel }: { readonly panel: Panel }) {
  const { parameters } = useAddress();
  const interval = useIntervalSeconds();
  const marks = useMarks();
  const range = timeRangeOf(parameters);
  const [cursor, setCursor] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  const key = JSON.stringify([panel.id, panel.queries, range, interval]);
  const { value, error } = useLoaded(key, (signal) =>
    figuresOf(panel, gridOf(range, interval, Date.now() / 1000), interval, signal),
  );
  const sentence = useMemo(() => (value ? sentenceOf(panel, value.times, value.lines) : ''), [value]);
  const hasLines = value !== undefined && value.lines.length > 0;
  return (
    <figure class="chart" aria-labelledby={`title-${panel.id}`}>
      <figcaption>
        <h3 id={`title-${panel.id}`} title={panel.help}>
          {panel.title}
        </h3>
        <span class="tools">
          <button
            type="button"
            class="small"
            aria-pressed={isTable}
            onClick={() => setTable(!isTable)}
            disabled={!hasLines}
          >
            Table
          </button>
          <a class="small" href={linkTo('explore', { query: panel.queries[0]!.query.replaceAll('$w', '5m') })}>
            PromQL<span class="unseen"> of {panel.title}</span>
          </a>
        </span>
      </figcaption>
      {error !== undefined && <ErrorNote error={error} stale={value !== undefined} />}
      {value === undefined && error === undefined && <EmptyState kind="collecting" />}
      {value !== undefined && !hasLines && <EmptyState kind="nothing" />}
      {value !== undefined && !isTable && (
        <>
          <Plot
            label={panel.title}
            unit={panel.unit}
            max={panel.max}
            times={value.times}
            lines={value.lines}
            range={range}
            marks={marks}
            onCursor={setCursor}
          />
          {hasLines && <Legend panel={panel} figures={value} cursor={cursor} />}
        </>
      )}
      {hasLines && isTable && <FiguresTable panel={panel} figures={value} />}
      <p class="unseen">{sentence}</p>
      {value !== undefined && value.hidden > 0 && <p class="quiet">{value.hidden} smaller lines are not drawn.</p>}
    </figure>
  );
}

function Legend({
  panel,
  figures,
  cursor,
}: {
  readonly panel: Panel;
  readonly figures: Figures;
  readonly cursor: number | null;
}) {
  const at = cursor ?? figures.times.length - 1;
  const time = figures.times[at];
  return (
    <div class="legend" aria-hidden="true">
      <span class="quiet" title={time === undefined ? '' : utc(time * 1000)}>
        {time === undefined ? '' : clockTime(time * 1000)}
      </span>
      {figures.lines.map(({ name, values, tone }, index) => (
        <span key={name}>
          <i style={{ background: colourOf(tone ?? toneAt(index)) }} />
          {name} <b>{format(panel.unit, valueAt(values, at, cursor === null))}</b>
        </span>
      ))}
    </div>
  );
}

/** The last known value where nothing is pointed at: the newest point of a grid is often not there yet. */
function valueAt(values: readonly (number | null)[], at: number, isLast: boolean): number | null | undefined {
  return isLast ? (values.slice(-3).findLast((value) => value !== null) ?? null) : values[at];
}

function FiguresTable({ panel, figures: { times, lines } }: { readonly panel: Panel; readonly figures: Figures }) {
  const every = Math.ceil(times.length / MOST_ROWS);
  const rows = times
    .map((time, index) => ({ time, index }))
    .filter(({ index }) => (times.length - 1 - index) % every === 0);
  return (
    <div class="scroll tall" tabIndex={0} role="group" aria-label={`${panel.title} as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">time</th>
            {lines.map(({ name }) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map(({ time, index }) => (
            <tr key={time}>
              <th scope="row" title={utc(time * 1000)}>
                {clockTime(time * 1000)}
              </th>
              {lines.map(({ name, values }) => (
                <td key={name}>{format(panel.unit, values[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Charts({ panels }: { readonly panels: readonly Panel[] }) {
  return (
    <div class="charts">
      {panels.map((panel) => (
        <Chart key={JSON.stringify([panel.id, panel.queries])} panel={panel} />
      ))}
    </div>
  );
}
