import { PromqlLimitError } from '../promql.errors';
import type { Subquery } from '../syntax/ast';
import type { Evaluation } from './evaluation';
import { type Grid, gridOf, timeAt } from './grid';
import type { Offsets } from './selector-times';
import { type SampledSeries, vectorOf } from './value';
import { sampledBytes } from './value-bytes';

/**
 * Evaluates what a subquery holds at the multiples of its step within its range, and takes the results for samples.
 * The range reaches from that of the first step of the query to that of the last.
 */
export async function evaluateSubquery(
  evaluation: Evaluation,
  subquery: Subquery,
  grid: Grid,
): Promise<SampledSeries[]> {
  const { run, offsets } = evaluation;
  const offsetMs = offsets.of(subquery);
  const stepMs = subquery.stepMs || run.options.defaultStepMs;
  const earliestMs = grid.startMs - offsetMs - subquery.rangeMs;
  // Towards zero, like Go's integer division, and up to the next multiple if that is too early.
  let startMs = stepMs * Math.trunc(earliestMs / stepMs);
  if (startMs < earliestMs) startMs += stepMs;
  if (startMs !== grid.startMs) offsets.place(startMs, subquery.expr);
  const inner = gridOf(startMs, grid.endMs - offsetMs, stepMs);
  const { maxSubquerySteps } = run.options;
  if (inner.steps > maxSubquerySteps) {
    throw new PromqlLimitError(
      'steps_per_subquery',
      maxSubquerySteps,
      `a subquery would have ${inner.steps} steps (limit steps_per_subquery: ${maxSubquerySteps})`,
    );
  }
  const columns = vectorOf(await evaluation.evaluate(subquery.expr, inner));
  const series: SampledSeries[] = [];
  for (const { labels, values, present } of columns) {
    let count = 0;
    for (const here of present) count += here;
    run.hold(sampledBytes(count));
    const timestamps = new Float64Array(count);
    const kept = new Float64Array(count);
    for (let step = 0, to = 0; step < inner.steps; step++) {
      if (!present[step]) continue;
      timestamps[to] = timeAt(inner, step);
      kept[to++] = values[step]!;
    }
    if (count > 0) series.push({ labels, timestamps, values: kept });
    if (run.due()) await run.rest();
  }
  return series;
}

/** How long before each step the range of a subquery ends. */
export function subqueryOffset(offsets: Offsets, subquery: Subquery, grid: Grid): number {
  if (typeof subquery.at !== 'number') return offsets.of(subquery);
  return subquery.offsetMs + (grid.startMs - subquery.at);
}
