import { type AtModifier, type Expr, isSetOperator, typeOf, type VectorSelector } from '../syntax/ast';
import { formatPlain } from './number-text';

/** The tree of a query in the JSON of Prometheus 3's `parse_query`: each node has a `type`; times are in ms. */
export function queryTree(expr: Expr): Record<string, unknown> {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatPlain(expr.value) };
    case 'string':
      return { type: 'stringLiteral', val: expr.value };
    case 'selector':
      return { type: 'vectorSelector', ...selected(expr) };
    case 'matrix':
      return { type: 'matrixSelector', range: expr.rangeMs, ...selected(expr.selector) };
    case 'subquery':
      return {
        type: 'subquery',
        expr: queryTree(expr.expr),
        range: expr.rangeMs,
        step: expr.stepMs,
        offset: expr.offsetMs,
        ...at(expr.at),
      };
    case 'unary':
      return { type: 'unaryExpr', op: expr.op, expr: queryTree(expr.expr) };
    case 'paren':
      return { type: 'parenExpr', expr: queryTree(expr.expr) };
    case 'call': {
      const { name, args, variadic, returns } = expr.func;
      const func = { name, argTypes: args, variadic, returnType: returns };
      return { type: 'call', func, args: expr.args.map(queryTree) };
    }
    case 'aggregate':
      return {
        type: 'aggregation',
        op: expr.op,
        expr: queryTree(expr.expr),
        param: expr.param === undefined ? null : queryTree(expr.param),
        grouping: expr.grouping,
        without: expr.without,
      };
    case 'binary': {
      const ofVectors = typeOf(expr.lhs) === 'vector' && typeOf(expr.rhs) === 'vector';
      const { card, labels, on, include } = expr.matching;
      return {
        type: 'binaryExpr',
        op: expr.op,
        lhs: queryTree(expr.lhs),
        rhs: queryTree(expr.rhs),
        matching: ofVectors ? { card: isSetOperator(expr.op) ? 'many-to-many' : card, labels, on, include } : null,
        bool: expr.returnBool,
      };
    }
    case 'invariant':
      return queryTree(expr.expr);
  }
}

function selected({ name, matchers, offsetMs, at: when }: VectorSelector): Record<string, unknown> {
  const listed = matchers.map((matcher) => ({ name: matcher.name, value: matcher.value, type: matcher.operator }));
  return { name, offset: offsetMs, matchers: listed, ...at(when) };
}

const at = (when: AtModifier | undefined): Record<string, unknown> => ({
  timestamp: typeof when === 'number' ? when : null,
  startOrEnd: typeof when === 'string' ? when : null,
});
