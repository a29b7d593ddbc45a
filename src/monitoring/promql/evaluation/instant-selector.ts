import { isStale } from '../../series/staleness';
import type { Samples } from '../../series/series-store';
import type { VectorSelector } from '../syntax/ast';
import type { Evaluation } from './evaluation';
import { type Grid, timeAt } from './grid';
import { sortByLabels } from './label-order';
import type { Column } from './value';

/** What a step of a selector is to hold: the value of the sample that counts there, or the sample's own time. */
export type SelectorContent = 'value' | 'timestamp';

/**
 * The series of a selector at every step: the last sample not older than the look-back, unless it marks the end of the
 * series. With `@` the content `timestamp` looks at that time itself and ignores an offset, as Prometheus 2.42 does.
 */
export async function evaluateSelector(
  { run, offsets, ranges }: Evaluation,
  selector: VectorSelector,
  grid: Grid,
  content: SelectorContent = 'value',
): Promise<Column[]> {
  const { fromMs, toMs } = ranges.get(selector)!;
  const fixedMs = content === 'timestamp' && typeof selector.at === 'number' ? selector.at : undefined;
  const columns: Column[] = [];
  for (const { labels, samples } of run.source.select(selector.matchers, fromMs, toMs)) {
    const column = run.column(labels, grid.steps);
    const filled =
      fixedMs === undefined
        ? fill(column, samples, grid, offsets.of(selector), run.options.lookbackMs, content)
        : fill(column, samples, { ...grid, startMs: fixedMs, stepMs: 0 }, 0, run.options.lookbackMs, content);
    if (filled) {
      run.use(grid.steps);
      columns.push(column);
    } else run.giveBack(column);
    if (run.due()) await run.rest();
  }
  return sortByLabels(run, columns);
}

function fill(
  { values, present }: Column,
  { timestamps, values: samples }: Samples,
  grid: Grid,
  offsetMs: number,
  lookbackMs: number,
  content: SelectorContent,
): boolean {
  const { length } = timestamps;
  let next = 0;
  let any = false;
  for (let step = 0; step < grid.steps; step++) {
    const timeMs = timeAt(grid, step) - offsetMs;
    while (next < length && timestamps[next]! <= timeMs) next++;
    const last = next - 1;
    if (last < 0 || timestamps[last]! < timeMs - lookbackMs || isStale(samples, last)) continue;
    values[step] = content === 'value' ? samples[last]! : timestamps[last]! / 1_000;
    present[step] = 1;
    any = true;
  }
  return any;
}
