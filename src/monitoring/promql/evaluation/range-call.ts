import { isStale } from '../../series/staleness';
import { absentLabels } from '../functions/absent';
import { RANGE_FUNCTIONS } from '../functions/range-functions';
import type { Call, Expr, MatrixSelector, Subquery } from '../syntax/ast';
import type { Evaluation } from './evaluation';
import { type Grid, timeAt } from './grid';
import { sortByLabels } from './label-order';
import { unwrap } from './plan';
import type { RangeFunction, RangeWindow } from './range-window';
import { sameLabelset } from './same-labels';
import { evaluateSubquery, subqueryOffset } from './subquery';
import { type Column, fullColumn, type SampledSeries, scalarOf } from './value';
import { entryBytes } from './value-bytes';
import type { QueryRun } from './query-run';
import { stepsOf } from './steps-of';

/** Samples that a function reads between two checks whether its turn on the event loop is over. */
const WORK_PER_CHECK = 10_000;

/** The argument of a call that is a range vector, if there is one. */
export function rangeArgument(call: Call): MatrixSelector | Subquery | undefined {
  for (const arg of call.args) {
    const inner = unwrap(arg);
    if (inner.kind === 'matrix' || inner.kind === 'subquery') return inner;
  }
  return undefined;
}

/** Evaluates a call with a range vector: series by series, the window moving along its samples. */
export async function evaluateRangeCall(
  evaluation: Evaluation,
  call: Call,
  argument: MatrixSelector | Subquery,
  grid: Grid,
): Promise<Column[]> {
  const { run } = evaluation;
  const name = call.func.name;
  const apply = RANGE_FUNCTIONS.get(name)!;
  const scalars = await scalarArguments(evaluation, call.args, grid);
  const columns: Column[] = [];
  const seen = new Set<string>();
  const offsetMs = rangeOffset(evaluation, argument, grid);
  for await (const series of rangeSeries(evaluation, argument, grid)) {
    // Before a series, not behind it: those that give nothing take their time, too.
    if (run.due()) await run.rest();
    const labels = name === 'last_over_time' ? series.labels : series.labels.withoutName();
    const column = run.column(labels, grid.steps);
    if (!(await slide(evaluation, series, apply, column, grid, offsetMs, argument.rangeMs, scalars))) {
      run.giveBack(column);
      continue;
    }
    if (name !== 'absent_over_time') {
      const { key } = labels;
      if (seen.has(key)) throw sameLabelset();
      run.hold(entryBytes(key));
      seen.add(key);
    }
    run.use(grid.steps);
    columns.push(column);
  }
  if (name === 'absent_over_time') return absentSteps(run, columns, argument, grid);
  return sortByLabels(run, columns);
}

/** The series of a range vector, without the marks of their ends. */
export async function* rangeSeries(
  evaluation: Evaluation,
  argument: MatrixSelector | Subquery,
  grid: Grid,
): AsyncGenerator<SampledSeries> {
  if (argument.kind === 'subquery') {
    yield* await evaluateSubquery(evaluation, argument, grid);
    return;
  }
  const { fromMs, toMs } = evaluation.ranges.get(argument.selector)!;
  for (const { labels, samples } of evaluation.run.source.select(argument.selector.matchers, fromMs, toMs)) {
    yield { labels, ...withoutStale(samples.timestamps, samples.values) };
  }
}

/** By how much (ms) the samples of a range lie before the times of the grid. */
export function rangeOffset({ offsets }: Evaluation, argument: MatrixSelector | Subquery, grid: Grid): number {
  return argument.kind === 'matrix' ? offsets.of(argument.selector) : subqueryOffset(offsets, argument, grid);
}

async function scalarArguments(evaluation: Evaluation, args: readonly Expr[], grid: Grid): Promise<Float64Array[]> {
  const scalars: Float64Array[] = [];
  for (const arg of args) {
    const { kind } = unwrap(arg);
    if (kind !== 'matrix' && kind !== 'subquery') scalars.push(scalarOf(await evaluation.evaluate(arg, grid)));
  }
  return scalars;
}

async function slide(
  { run }: Evaluation,
  { timestamps, values }: SampledSeries,
  apply: RangeFunction,
  column: Column,
  grid: Grid,
  offsetMs: number,
  rangeMs: number,
  scalars: readonly Float64Array[],
): Promise<boolean> {
  const window: RangeWindow = {
    timestamps,
    values,
    from: 0,
    to: 0,
    startMs: 0,
    endMs: 0,
    evalMs: 0,
    rangeMs,
    scalars: new Float64Array(scalars.length),
  };
  const { length } = timestamps;
  let any = false;
  let work = 0;
  for (let step = 0; step < grid.steps; step++) {
    window.evalMs = timeAt(grid, step);
    window.endMs = window.evalMs - offsetMs;
    window.startMs = window.endMs - rangeMs;
    while (window.to < length && timestamps[window.to]! <= window.endMs) window.to++;
    while (window.from < window.to && timestamps[window.from]! < window.startMs) window.from++;
    if (window.from === window.to) continue;
    for (let index = 0; index < scalars.length; index++) window.scalars[index] = scalars[index]![step]!;
    if (apply(window, column.values, step)) {
      column.present[step] = 1;
      any = true;
    }
    work += window.to - window.from;
    if (work > WORK_PER_CHECK) {
      work = 0;
      if (run.due()) await run.rest();
    }
  }
  return any;
}

/** 1 at every step where no series has a sample, on one series named by what was asked for. */
async function absentSteps(
  run: QueryRun,
  columns: readonly Column[],
  argument: MatrixSelector | Subquery,
  grid: Grid,
): Promise<Column[]> {
  const found = await stepsOf(run, columns, grid.steps);
  if (!found.includes(0)) return [];
  const labels = absentLabels(argument.kind === 'matrix' ? argument.selector : argument);
  const column = fullColumn(labels, new Float64Array(grid.steps).fill(1));
  for (let step = 0; step < grid.steps; step++) column.present[step] = found[step] ? 0 : 1;
  return [column];
}

function withoutStale(timestamps: Float64Array, values: Float64Array) {
  let stale = 0;
  for (let at = 0; at < values.length; at++) if (values[at]! !== values[at]! && isStale(values, at)) stale++;
  if (stale === 0) return { timestamps, values };
  const kept = { timestamps: new Float64Array(values.length - stale), values: new Float64Array(values.length - stale) };
  for (let at = 0, to = 0; at < values.length; at++) {
    if (isStale(values, at)) continue;
    kept.timestamps[to] = timestamps[at]!;
    kept.values[to++] = values[at]!;
  }
  return kept;
}
