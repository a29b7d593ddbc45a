import type { QueryRun } from '../evaluation/query-run';
import { dropNames } from '../evaluation/same-labels';
import { type Column, hasAny } from '../evaluation/value';
import type { BinaryExpr } from '../syntax/ast';
import { dropsName } from './scalar-operators';
import { stepKernel } from './step-kernel';

/** An operator between a vector and a scalar, whichever side the scalar is on. */
export async function combineWithScalar(
  run: QueryRun,
  expr: BinaryExpr,
  columns: readonly Column[],
  scalar: Float64Array,
  scalarIsLeft: boolean,
): Promise<Column[]> {
  const kernel = stepKernel(expr);
  const results: Column[] = [];
  for (const { labels, values: vector, present: there } of columns) {
    const result = run.column(labels, vector.length);
    const { values, present } = result;
    present.set(there);
    if (scalarIsLeft) kernel(scalar, vector, vector, values, present);
    else kernel(vector, scalar, vector, values, present);
    if (hasAny(result)) results.push(result);
    if (run.due()) await run.rest();
  }
  return dropsName(expr.op) || expr.returnBool ? dropNames(run, results) : results;
}
