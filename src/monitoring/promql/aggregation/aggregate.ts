import type { Evaluation } from '../evaluation/evaluation';
import type { Grid } from '../evaluation/grid';
import type { QueryRun } from '../evaluation/query-run';
import { mergeSameLabels } from '../evaluation/same-labels';
import { type Column, scalarOf, stringOf, vectorOf } from '../evaluation/value';
import { columnBytes, entryBytes } from '../evaluation/value-bytes';
import type { AggregateExpr } from '../syntax/ast';
import { FOLDS, type Fold, isFolded } from './folds';
import { countValues, extremes, type Group, quantiles } from './group-aggregations';
import { groupingOf } from './grouping';
import type { Labels } from '../../series/labels';

/** Evaluates an aggregation at all steps: each group's result, in the order the groups are first met. */
export async function evaluateAggregation(evaluation: Evaluation, expr: AggregateExpr, grid: Grid): Promise<Column[]> {
  const { run } = evaluation;
  const param = expr.param && (await evaluation.evaluate(expr.param, grid));
  const columns = vectorOf(await evaluation.evaluate(expr.expr, grid));
  if (isFolded(expr.op)) return folded(run, expr, columns, FOLDS[expr.op], grid.steps);
  if (grid.steps === 0) return [];
  if (expr.op === 'count_values') {
    return mergeSameLabels(run, await countValues(run, expr, columns, stringOf(param!), grid.steps));
  }
  const groups = await grouped(run, expr, columns);
  if (expr.op === 'quantile') return quantiles(run, groups, scalarOf(param!));
  return extremes(run, groups, scalarOf(param!), expr.op === 'topk');
}

async function folded(
  run: QueryRun,
  expr: AggregateExpr,
  columns: readonly Column[],
  newFold: (steps: number) => Fold,
  steps: number,
): Promise<Column[]> {
  const { keyOf, labelsOf } = groupingOf(expr);
  const groups = new Map<string, { labels: Labels; fold: Fold }>();
  for (const column of columns) {
    const key = keyOf(column.labels);
    let group = groups.get(key);
    if (!group) {
      run.use(steps);
      run.hold(columnBytes(steps) + entryBytes(key));
      group = { labels: labelsOf(column.labels), fold: newFold(steps) };
      groups.set(key, group);
    }
    group.fold.add(column);
    if (run.due()) await run.rest();
  }
  const results: Column[] = [];
  for (const { labels, fold } of groups.values()) {
    fold.finish();
    results.push({ labels, values: fold.values, present: fold.present });
    if (run.due()) await run.rest();
  }
  return results;
}

async function grouped(run: QueryRun, expr: AggregateExpr, columns: readonly Column[]): Promise<Group[]> {
  const { keyOf, labelsOf } = groupingOf(expr);
  const groups = new Map<string, Group>();
  for (const column of columns) {
    const key = keyOf(column.labels);
    const group = groups.get(key);
    if (group) group.members.push(column);
    else {
      run.hold(entryBytes(key));
      groups.set(key, { labels: labelsOf(column.labels), members: [column] });
    }
    if (run.due()) await run.rest();
  }
  return [...groups.values()];
}
