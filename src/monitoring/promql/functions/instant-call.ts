import { Labels } from '../../series/labels';
import type { Evaluation } from '../evaluation/evaluation';
import { type Grid, timeAt } from '../evaluation/grid';
import { evaluateSelector } from '../evaluation/instant-selector';
import { unwrap } from '../evaluation/plan';
import type { QueryRun } from '../evaluation/query-run';
import { dropNames, mergeSameLabels } from '../evaluation/same-labels';
import { type Column, fullColumn, hasAny, scalarOf, stringOf, type Value, vectorOf } from '../evaluation/value';
import { columnBytes, labelBytes } from '../evaluation/value-bytes';
import type { Call } from '../syntax/ast';
import { absentLabels } from './absent';
import { CALENDAR } from './calendar';
import { ELEMENTWISE } from './elementwise';
import { max, min } from './go-math';
import { histogramQuantile } from './histogram-quantile';
import { labelJoin, labelReplace, type Relabel } from './label-functions';
import { sortByValue } from './sort-by-value';

interface CallContext {
  readonly run: QueryRun;
  readonly call: Call;
  readonly grid: Grid;
  readonly args: readonly Value[];
}

type InstantFunction = (context: CallContext) => Promise<Value> | Value;

const vector = (columns: readonly Column[]): Value => ({ type: 'vector', columns });

/** Steps of one series computed in one go; only subqueries have more. */
const STEPS_PER_CHECK = 4_096;

/** Computes each value from the old one and the values of the scalar arguments at its step; the names go. */
async function mapped(
  { run, args, grid }: CallContext,
  compute: (value: number, step: number) => number,
): Promise<Value> {
  const results: Column[] = [];
  for (const { labels, values, present } of vectorOf(args[0]!)) {
    const result = run.column(labels, grid.steps);
    result.present.set(present);
    for (let step = 0; step < grid.steps; step++) {
      if (present[step]) result.values[step] = compute(values[step]!, step);
      if (step % STEPS_PER_CHECK === 0 && run.due()) await run.rest();
    }
    results.push(result);
    if (run.due()) await run.rest();
  }
  return vector(await dropNames(run, results));
}

async function relabelled({ run, args }: CallContext, relabel: Relabel): Promise<Value> {
  const results: Column[] = [];
  for (const column of vectorOf(args[0]!)) {
    const labels = relabel(column.labels);
    run.hold(columnBytes(0) + labelBytes(labels));
    results.push({ ...column, labels });
    if (run.due()) await run.rest();
  }
  return vector(await mergeSameLabels(run, results));
}

const times = (grid: Grid, scale: (ms: number) => number): Float64Array =>
  Float64Array.from({ length: grid.steps }, (_, step) => scale(timeAt(grid, step)));

const calendarFunction =
  (part: (seconds: number) => number): InstantFunction =>
  (context) => {
    if (context.args.length > 0) return mapped(context, part);
    const now = vector([
      fullColumn(
        Labels.EMPTY,
        times(context.grid, (ms) => Math.trunc(ms / 1_000)),
      ),
    ]);
    return mapped({ ...context, args: [now] }, part);
  };

const clamp: InstantFunction = async (context) => {
  const [, lows, highs] = context.args.map((arg, index) => (index === 0 ? undefined : scalarOf(arg)));
  const clamped = vectorOf(await mapped(context, (value, step) => max(lows![step]!, min(highs![step]!, value))));
  const kept: Column[] = [];
  for (const { labels, values, present } of clamped) {
    // With the bounds the wrong way round there is no result.
    const column = { labels, values, present: present.map((here, step) => (highs![step]! < lows![step]! ? 0 : here)) };
    if (hasAny(column)) kept.push(column);
    if (context.run.due()) await context.run.rest();
  }
  return vector(kept);
};

const round: InstantFunction = (context) => {
  const nearest = context.args[1] && scalarOf(context.args[1]);
  return mapped(context, (value, step) => {
    const inverse = 1 / (nearest ? nearest[step]! : 1);
    return Math.floor(value * inverse + 0.5) / inverse;
  });
};

const absent: InstantFunction = async ({ run, call, args, grid }) => {
  const column = fullColumn(absentLabels(unwrap(call.args[0]!)), new Float64Array(grid.steps).fill(1));
  for (const { present } of vectorOf(args[0]!)) {
    for (let step = 0; step < grid.steps; step++) if (present[step]) column.present[step] = 0;
    if (run.due()) await run.rest();
  }
  return vector(hasAny(column) ? [column] : []);
};

const scalar: InstantFunction = async ({ run, args, grid }) => {
  const values = new Float64Array(grid.steps);
  const counts = new Uint32Array(grid.steps);
  for (const column of vectorOf(args[0]!)) {
    for (let step = 0; step < grid.steps; step++) {
      if (!column.present[step]) continue;
      counts[step]!++;
      values[step] = column.values[step]!;
    }
    if (run.due()) await run.rest();
  }
  return { type: 'scalar', values: values.map((value, step) => (counts[step] === 1 ? value : NaN)) };
};

const sort =
  (descending: boolean): InstantFunction =>
  async ({ run, args, grid }) => {
    const columns = vectorOf(args[0]!);
    // Over a range the answer is ordered by labels in the end.
    return vector(grid.steps === 1 ? await sortByValue(run, columns, descending) : columns);
  };

const FUNCTIONS: ReadonlyMap<string, InstantFunction> = new Map([
  ...[...ELEMENTWISE].map(([name, compute]): [string, InstantFunction] => [
    name,
    (context) => mapped(context, compute),
  ]),
  ...[...CALENDAR].map(([name, part]): [string, InstantFunction] => [name, calendarFunction(part)]),
  ...Object.entries<InstantFunction>({
    absent,
    clamp,
    clamp_max: (context) => {
      const highs = scalarOf(context.args[1]!);
      return mapped(context, (value, step) => min(highs[step]!, value));
    },
    clamp_min: (context) => {
      const lows = scalarOf(context.args[1]!);
      return mapped(context, (value, step) => max(lows[step]!, value));
    },
    // There are no native histograms here, and these are empty for everything else.
    histogram_count: () => vector([]),
    histogram_fraction: () => vector([]),
    histogram_sum: () => vector([]),
    histogram_quantile: async ({ run, args }) =>
      vector(await histogramQuantile(run, scalarOf(args[0]!), vectorOf(args[1]!))),
    label_join: (context) => {
      const [destination, separator, ...sources] = context.args.slice(1).map(stringOf);
      return relabelled(context, labelJoin(destination!, separator!, sources, context.run.options.maxLabelLength));
    },
    label_replace: (context) => {
      const [destination, replacement, source, pattern] = context.args.slice(1).map(stringOf);
      return relabelled(
        context,
        labelReplace(destination!, replacement!, source!, pattern!, context.run.options.maxLabelLength),
      );
    },
    pi: ({ grid }) => ({ type: 'scalar', values: new Float64Array(grid.steps).fill(Math.PI) }),
    round,
    scalar,
    sort: sort(false),
    sort_desc: sort(true),
    time: ({ grid }) => ({ type: 'scalar', values: times(grid, (ms) => ms / 1_000) }),
    timestamp: (context) => mapped(context, (_, step) => timeAt(context.grid, step) / 1_000),
    vector: ({ args }) => vector([fullColumn(Labels.EMPTY, scalarOf(args[0]!))]),
  }),
]);

/** Evaluates a call without a range vector: its arguments first, then the function over all steps at once. */
export async function evaluateInstantCall(evaluation: Evaluation, call: Call, grid: Grid): Promise<Value> {
  const { run } = evaluation;
  if (call.func.name === 'timestamp') {
    const inner = unwrap(call.args[0]!);
    if (inner.kind === 'selector') {
      return vector(await dropNames(run, await evaluateSelector(evaluation, inner, grid, 'timestamp')));
    }
  }
  const args: Value[] = [];
  for (const arg of call.args) args.push(await evaluation.evaluate(arg, grid));
  // Nothing is called at a step that does not exist, so nothing can fail there either.
  if (grid.steps === 0 && call.func.returns === 'vector') return vector([]);
  return FUNCTIONS.get(call.func.name)!({ run, call, grid, args });
}
