// The event line: what happened, drawn across every chart and listed on the overview.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { instant, range } from '../api/prometheus';
import { read } from '../api/read';
import type { Mark } from '../charts/plot';
import { gridOf, type TimeRange } from './time-range';

export const Marks = createContext<readonly Mark[]>([]);
export const useMarks = (): readonly Mark[] => useContext(Marks);

const MOST_MARKS = 200;

/** Everything of a range that is known to have happened, oldest first. */
export async function marksOf(time: TimeRange, intervalSeconds: number, signal: AbortSignal): Promise<readonly Mark[]> {
  const grid = gridOf(time, intervalSeconds, Date.now() / 1000);
  const times = {
    from: new Date(grid.start * 1000).toISOString(),
    until: new Date((grid.end + grid.step) * 1000).toISOString(),
  };
  const [events, alerts, restarts] = await Promise.all([
    read('/performance/events', { query: times, signal }),
    read('/performance/alerts/history', { query: { ...times, limit: '200' }, signal }),
    startsIn(grid, signal),
  ]);
  const marks = [
    ...events.events
      .filter(({ kind }) => kind !== 'start')
      .map(({ at, what, who }) => ({ at: Date.parse(at) / 1000, label: who === null ? what : `${what}, by ${who}` })),
    ...alerts
      .filter(({ to, from, severity }) => severity !== 'none' && (to === 'firing' || from === 'firing'))
      .map(({ at, name, to }) => ({
        at: Date.parse(at) / 1000,
        label: `${name} ${to === 'firing' ? 'fires' : 'no longer fires'}`,
      })),
    ...restarts,
  ];
  return marks.toSorted((a, b) => a.at - b.at).slice(-MOST_MARKS);
}

/** When the process started, also before its present start: the history goes on over restarts. */
async function startsIn(grid: ReturnType<typeof gridOf>, signal: AbortSignal): Promise<readonly Mark[]> {
  const query = 'process_start_time_seconds';
  const [{ series }, now] = await Promise.all([range(query, grid, signal), instant(query, signal)]);
  const starts = new Set([...series.flatMap(({ values }) => values), ...now.map(({ value }) => value)]);
  return [...starts]
    .filter((at) => at !== null)
    .filter((at) => at >= grid.start && at <= grid.end + grid.step)
    .map((at) => ({ at, label: 'the process started' }));
}
