import type { Expr, VectorSelector } from '../syntax/ast';
import type { Grid } from './grid';
import type { QueryRun } from './query-run';
import type { Offsets, SelectedRange } from './selector-times';
import type { Value } from './value';

/** What every part of the evaluator is given. */
export interface Evaluation {
  readonly run: QueryRun;
  readonly offsets: Offsets;
  readonly ranges: ReadonlyMap<VectorSelector, SelectedRange>;
  /** Evaluates any expression at the times of a grid. */
  evaluate(expr: Expr, grid: Grid): Promise<Value>;
}
