import { evaluateAggregation } from '../aggregation/aggregate';
import { evaluateInstantCall } from '../functions/instant-call';
import { combineScalars } from '../operators/scalar-operators';
import { combineSets } from '../operators/vector-sets';
import { combineVectors } from '../operators/vector-vector';
import { combineWithScalar } from '../operators/vector-scalar';
import {
  type ArithmeticOperator,
  type BinaryExpr,
  type ComparisonOperator,
  type Expr,
  isSetOperator,
  type UnaryExpr,
  type VectorSelector,
} from '../syntax/ast';
import type { Evaluation } from './evaluation';
import { type Grid, gridOf } from './grid';
import { evaluateSelector } from './instant-selector';
import { evaluateRangeCall, rangeArgument, rangeOffset, rangeSeries } from './range-call';
import type { QueryRun } from './query-run';
import { dropNames } from './same-labels';
import type { Offsets, SelectedRange } from './selector-times';
import { evaluateSubquery } from './subquery';
import { type Column, type SampledSeries, scalarOf, type Value, vectorOf } from './value';
import { sampledBytes } from './value-bytes';

/** Walks a planned expression; every node is evaluated once, for all steps at a time. */
export class Evaluator implements Evaluation {
  constructor(
    readonly run: QueryRun,
    readonly offsets: Offsets,
    readonly ranges: ReadonlyMap<VectorSelector, SelectedRange>,
  ) {}

  async evaluate(expr: Expr, grid: Grid): Promise<Value> {
    if (this.run.due()) await this.run.rest();
    return this.run.part(() => this.valueOf(expr, grid));
  }

  private async valueOf(expr: Expr, grid: Grid): Promise<Value> {
    switch (expr.kind) {
      case 'number':
        return { type: 'scalar', values: new Float64Array(grid.steps).fill(expr.value) };
      case 'string':
        return { type: 'string', value: expr.value };
      case 'selector':
        return { type: 'vector', columns: await evaluateSelector(this, expr, grid) };
      case 'paren':
        return this.evaluate(expr.expr, grid);
      case 'invariant':
        return this.once(expr.expr, grid);
      case 'unary':
        return this.unary(expr, grid);
      case 'binary':
        return this.binary(expr, grid);
      case 'aggregate':
        return { type: 'vector', columns: await evaluateAggregation(this, expr, grid) };
      case 'call': {
        const argument = rangeArgument(expr);
        if (!argument) return evaluateInstantCall(this, expr, grid);
        return { type: 'vector', columns: await evaluateRangeCall(this, expr, argument, grid) };
      }
      case 'subquery':
        return { type: 'matrix', series: await evaluateSubquery(this, expr, grid) };
      case 'matrix':
        return { type: 'matrix', series: await this.samples(expr, grid) };
    }
  }

  /** Evaluates at the first step and takes the result for all. */
  private async once(expr: Expr, grid: Grid): Promise<Value> {
    const value = await this.evaluate(expr, gridOf(grid.startMs, grid.startMs, grid.stepMs));
    if (value.type === 'scalar') return { type: 'scalar', values: new Float64Array(grid.steps).fill(value.values[0]!) };
    if (value.type !== 'vector' || grid.steps === 1) return value;
    const columns: Column[] = [];
    for (const { labels, values } of value.columns) {
      this.run.use(grid.steps);
      const column = this.run.column(labels, grid.steps);
      column.values.fill(values[0]!);
      column.present.fill(1);
      columns.push(column);
      if (this.run.due()) await this.run.rest();
    }
    return { type: 'vector', columns };
  }

  private async unary({ op, expr }: UnaryExpr, grid: Grid): Promise<Value> {
    const value = await this.evaluate(expr, grid);
    if (op === '+') return value;
    if (value.type === 'scalar') return { type: 'scalar', values: value.values.map((number) => -number) };
    const negated: Column[] = [];
    for (const { labels, values, present } of vectorOf(value)) {
      const column = this.run.column(labels, values.length);
      for (let step = 0; step < values.length; step++) column.values[step] = -values[step]!;
      column.present.set(present);
      negated.push(column);
      if (this.run.due()) await this.run.rest();
    }
    return { type: 'vector', columns: await dropNames(this.run, negated) };
  }

  private async binary(expr: BinaryExpr, grid: Grid): Promise<Value> {
    const left = await this.evaluate(expr.lhs, grid);
    const right = await this.evaluate(expr.rhs, grid);
    if (left.type === 'scalar' && right.type === 'scalar') {
      const op = expr.op as ArithmeticOperator | ComparisonOperator;
      return { type: 'scalar', values: combineScalars(op, left.values, right.values) };
    }
    return { type: 'vector', columns: await this.vectors(expr, left, right) };
  }

  private vectors(expr: BinaryExpr, left: Value, right: Value): Promise<Column[]> {
    if (left.type === 'scalar') return combineWithScalar(this.run, expr, vectorOf(right), left.values, true);
    if (right.type === 'scalar') return combineWithScalar(this.run, expr, vectorOf(left), scalarOf(right), false);
    const combine = isSetOperator(expr.op) ? combineSets : combineVectors;
    return combine(this.run, expr, vectorOf(left), vectorOf(right));
  }

  /** The samples of a range vector that is the whole query. */
  private async samples(expr: Extract<Expr, { kind: 'matrix' }>, grid: Grid): Promise<SampledSeries[]> {
    const endMs = grid.startMs - rangeOffset(this, expr, grid);
    const startMs = endMs - expr.rangeMs;
    const series: SampledSeries[] = [];
    for await (const { labels, timestamps, values } of rangeSeries(this, expr, grid)) {
      this.run.use(timestamps.length);
      this.run.hold(sampledBytes(timestamps.length));
      const from = timestamps.findIndex((time) => time >= startMs);
      const to = timestamps.findLastIndex((time) => time <= endMs) + 1;
      if (from >= 0 && from < to) {
        series.push({ labels, timestamps: timestamps.slice(from, to), values: values.slice(from, to) });
      }
      if (this.run.due()) await this.run.rest();
    }
    return series;
  }
}
