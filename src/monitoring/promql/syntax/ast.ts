import type { Matcher } from '../../series/matcher';
import type { FunctionSignature, ValueType } from './function-signatures';

/** When a selector with `@` looks: a time in Unix ms, or the start or end of the query. */
export type AtModifier = number | 'start' | 'end';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOperator = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export type AggregationOperator =
  | 'avg'
  | 'bottomk'
  | 'count'
  | 'count_values'
  | 'group'
  | 'max'
  | 'min'
  | 'quantile'
  | 'stddev'
  | 'stdvar'
  | 'sum'
  | 'topk';

/** Where a node stands in the query, for error messages. */
interface Placed {
  readonly from: number;
  readonly to: number;
}

export interface NumberLiteral extends Placed {
  readonly kind: 'number';
  readonly value: number;
}

export interface StringLiteral extends Placed {
  readonly kind: 'string';
  readonly value: string;
}

export interface VectorSelector extends Placed {
  readonly kind: 'selector';
  /** The metric's name where it stands before the braces, else ''. */
  readonly name: string;
  /** Includes the one for the metric's name, last. */
  readonly matchers: readonly Matcher[];
  readonly offsetMs: number;
  readonly at: AtModifier | undefined;
}

export interface MatrixSelector extends Placed {
  readonly kind: 'matrix';
  readonly selector: VectorSelector;
  readonly rangeMs: number;
}

export interface Subquery extends Placed {
  readonly kind: 'subquery';
  readonly expr: Expr;
  readonly rangeMs: number;
  /** 0: the default resolution. */
  readonly stepMs: number;
  readonly offsetMs: number;
  readonly at: AtModifier | undefined;
}

export interface UnaryExpr extends Placed {
  readonly kind: 'unary';
  readonly op: '+' | '-';
  readonly expr: Expr;
}

/** How the series of both sides find each other. `card` is seen from the left. */
export interface VectorMatching {
  readonly card: 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels of the "one" side that the result takes over. */
  readonly include: readonly string[];
}

export interface BinaryExpr extends Placed {
  readonly kind: 'binary';
  readonly op: BinaryOperator;
  readonly lhs: Expr;
  readonly rhs: Expr;
  readonly returnBool: boolean;
  readonly matching: VectorMatching;
}

export interface AggregateExpr extends Placed {
  readonly kind: 'aggregate';
  readonly op: AggregationOperator;
  readonly expr: Expr;
  readonly param: Expr | undefined;
  readonly grouping: readonly string[];
  readonly without: boolean;
}

export interface Call extends Placed {
  readonly kind: 'call';
  readonly func: FunctionSignature;
  readonly args: readonly Expr[];
}

export interface ParenExpr extends Placed {
  readonly kind: 'paren';
  readonly expr: Expr;
}

/** An expression whose value is the same at every step: it is evaluated once. Made by the planner, never parsed. */
export interface StepInvariantExpr extends Placed {
  readonly kind: 'invariant';
  readonly expr: Expr;
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | UnaryExpr
  | BinaryExpr
  | AggregateExpr
  | Call
  | ParenExpr
  | StepInvariantExpr;

const SET_OPERATORS: ReadonlySet<string> = new Set<SetOperator>(['and', 'or', 'unless']);
const COMPARISONS: ReadonlySet<string> = new Set<ComparisonOperator>(['==', '!=', '>', '<', '>=', '<=']);

export const isSetOperator = (op: BinaryOperator): op is SetOperator => SET_OPERATORS.has(op);
export const isComparison = (op: BinaryOperator): op is ComparisonOperator => COMPARISONS.has(op);

/** The type of an expression's value, known without evaluating it. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregate':
      return 'vector';
    case 'matrix':
    case 'subquery':
      return 'matrix';
    case 'call':
      return expr.func.returns;
    case 'binary':
      return typeOf(expr.lhs) === 'scalar' && typeOf(expr.rhs) === 'scalar' ? 'scalar' : 'vector';
    case 'unary':
    case 'paren':
    case 'invariant':
      return typeOf(expr.expr);
  }
}
