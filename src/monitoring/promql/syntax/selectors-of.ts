import type { Matcher } from '../../series/matcher';
import type { Expr } from './ast';

/** The matchers of every selector in an expression, in the order in which they stand there. */
export function selectorsOf(expr: Expr): (readonly Matcher[])[] {
  switch (expr.kind) {
    case 'selector':
      return [expr.matchers];
    case 'matrix':
      return [expr.selector.matchers];
    case 'binary':
      return [...selectorsOf(expr.lhs), ...selectorsOf(expr.rhs)];
    case 'aggregate':
      return [...(expr.param === undefined ? [] : selectorsOf(expr.param)), ...selectorsOf(expr.expr)];
    case 'call':
      return expr.args.flatMap(selectorsOf);
    case 'subquery':
    case 'unary':
    case 'paren':
    case 'invariant':
      return selectorsOf(expr.expr);
    case 'number':
    case 'string':
      return [];
  }
}
