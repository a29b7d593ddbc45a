import type { Expr } from '../../monitoring/promql/syntax/ast';
import { parseExpression } from '../../monitoring/promql/syntax/expression-parser';

const COMPARISONS: ReadonlySet<string> = new Set(['>', '<', '>=', '<=', '==', '!=']);

export interface AlertCondition {
  /** What is compared, as an expression of its own; `undefined` when the rule is no comparison with a number. */
  readonly valueExpr: string | undefined;
  readonly threshold: number | undefined;
  /** It holds below the threshold: the lower the value, the worse. */
  readonly isBelow: boolean;
}

/** Takes `expr > number` apart. @throws PromqlBadDataError when the expression is not PromQL */
export function conditionOf(expr: string): AlertCondition {
  const parsed = unwrapped(parseExpression(expr));
  if (parsed.kind === 'binary' && COMPARISONS.has(parsed.op) && !parsed.returnBool) {
    const threshold = numberOf(parsed.rhs);
    const { from, to } = parsed.lhs;
    if (threshold !== undefined)
      return { valueExpr: expr.slice(from, to), threshold, isBelow: parsed.op.startsWith('<') };
  }
  return { valueExpr: undefined, threshold: undefined, isBelow: false };
}

function numberOf(expr: Expr): number | undefined {
  const inner = unwrapped(expr);
  if (inner.kind === 'number') return inner.value;
  if (inner.kind !== 'unary') return undefined;
  const value = numberOf(inner.expr);
  return value === undefined || inner.op === '+' ? value : -value;
}

function unwrapped(expr: Expr): Expr {
  return expr.kind === 'paren' ? unwrapped(expr.expr) : expr;
}
