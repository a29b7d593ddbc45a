import { PromqlExecutionError } from '../promql.errors';
import type { QueryRun } from '../evaluation/query-run';
import type { Column } from '../evaluation/value';
import { entryBytes } from '../evaluation/value-bytes';
import { formatPlain } from '../format/number-text';
import { quantileOf } from '../functions/quantile';
import type { Labels } from '../../series/labels';
import type { AggregateExpr } from '../syntax/ast';
import { countToKeep, Extremes } from './extremes';
import { groupingOf } from './grouping';

/** The series of one group, and the labels of its result. */
export interface Group {
  readonly labels: Labels;
  readonly members: Column[];
}

/** `topk` and `bottomk`: the series themselves, at the steps where they are among the best of their group. */
export async function extremes(
  run: QueryRun,
  groups: readonly Group[],
  counts: Float64Array,
  largest: boolean,
): Promise<Column[]> {
  const keep = counts.map(countToKeep);
  const results: Column[] = [];
  for (const { members } of groups) {
    const chosen = new Map<number, Column>();
    for (let step = 0; step < keep.length; step++) {
      if (keep[step]! < 1) continue;
      const best = new Extremes(keep[step]!, largest);
      for (let index = 0; index < members.length; index++) {
        if (members[index]!.present[step]) best.offer(members[index]!.values[step]!, index);
      }
      for (const { value, index } of best.ranked()) {
        const column = chosen.get(index) ?? run.column(members[index]!.labels, keep.length);
        chosen.set(index, column);
        column.values[step] = value;
        column.present[step] = 1;
      }
      if (run.due()) await run.rest();
    }
    results.push(...chosen.values());
  }
  return results;
}

/** `quantile` over the values of each group at each step. */
export async function quantiles(run: QueryRun, groups: readonly Group[], wanted: Float64Array): Promise<Column[]> {
  const results: Column[] = [];
  for (const { labels, members } of groups) {
    const result = run.column(labels, wanted.length);
    const scratch = new Float64Array(members.length);
    for (let step = 0; step < wanted.length; step++) {
      let count = 0;
      for (const { present, values } of members) if (present[step]) scratch[count++] = values[step]!;
      if (count === 0) continue;
      result.values[step] = quantileOf(wanted[step]!, scratch.subarray(0, count));
      result.present[step] = 1;
      if (run.due()) await run.rest();
    }
    results.push(result);
  }
  return results;
}

/** `count_values`: how many series have each value, one result per value. */
export async function countValues(
  run: QueryRun,
  { grouping, without }: AggregateExpr,
  columns: readonly Column[],
  label: string,
  steps: number,
): Promise<Column[]> {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) throw new PromqlExecutionError(`invalid label name "${label}"`);
  const { keyOf, labelsOf } = groupingOf({ grouping: without ? grouping : [...grouping, label], without });
  const results = new Map<string, Column>();
  for (const column of columns) {
    let lastValue: number | undefined;
    let result: Column | undefined;
    for (let step = 0; step < steps; step++) {
      if (!column.present[step]) continue;
      const value = column.values[step]!;
      if (!result || !Object.is(value, lastValue)) {
        const labels = column.labels.with(label, formatPlain(value));
        const key = keyOf(labels);
        result = results.get(key) ?? run.column(labelsOf(labels), steps);
        if (!results.has(key)) {
          run.use(steps);
          run.hold(entryBytes(key));
        }
        results.set(key, result);
        lastValue = value;
      }
      result.values[step]!++;
      result.present[step] = 1;
      if (step % 256 === 255 && run.due()) await run.rest();
    }
    if (run.due()) await run.rest();
  }
  return [...results.values()];
}
