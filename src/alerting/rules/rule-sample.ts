import type { QueryResult } from '../../monitoring/promql/promql-engine';
import type { Expr } from '../../monitoring/promql/syntax/ast';
import { Labels } from '../../monitoring/series/labels';

/** One value of an expression at the time of an evaluation. */
export interface RuleSample {
  /** The metric's name among them, where the expression keeps it. */
  readonly labels: Labels;
  readonly value: number;
}

/** Evaluates an expression at a time (Unix ms). @throws when it cannot be evaluated */
export type RuleQuery = (expr: Expr, timeMs: number) => Promise<readonly RuleSample[]>;

/** Where the results of rules are kept, as series. */
export interface RuleSeriesSink {
  append(labels: Labels, timeMs: number, value: number): void;
  /** The series has ended. */
  end(labels: Labels, timeMs: number): void;
}

/** @throws Error for a result that a rule cannot use */
export function samplesOf({ value }: Pick<QueryResult, 'value'>): RuleSample[] {
  if (value.type === 'scalar') return [{ labels: Labels.EMPTY, value: value.values[0]! }];
  if (value.type !== 'vector') throw new Error('rule result is not a vector or scalar');
  return value.columns.map(({ labels, values }) => ({ labels, value: values[0]! }));
}
