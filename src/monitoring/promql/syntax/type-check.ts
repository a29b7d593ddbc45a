import {
  type AggregateExpr,
  type BinaryExpr,
  type Call,
  type Expr,
  isComparison,
  isSetOperator,
  typeOf,
  type VectorSelector,
} from './ast';
import type { ValueType } from './function-signatures';
import { PromqlParseError } from './parse-error';

const DOCUMENTED: Readonly<Record<ValueType, string>> = {
  vector: 'instant vector',
  matrix: 'range vector',
  scalar: 'scalar',
  string: 'string',
};

export const documentedType = (type: ValueType): string => DOCUMENTED[type];

/** Refuses what is grammatical but makes no sense, by the rules of Prometheus. */
export function checkTypes(query: string, expr: Expr): void {
  new TypeCheck(query).check(expr);
}

class TypeCheck {
  constructor(private readonly query: string) {}

  check(expr: Expr): ValueType {
    switch (expr.kind) {
      case 'aggregate':
        this.aggregate(expr);
        break;
      case 'binary':
        this.binary(expr);
        break;
      case 'call':
        this.call(expr);
        break;
      case 'unary':
        this.operand(expr.expr, 'unary expression only allowed on expressions of type scalar or instant vector');
        break;
      case 'subquery':
        if (this.check(expr.expr) !== 'vector') this.refuse(expr, 'subquery is only allowed on instant vector');
        break;
      case 'paren':
      case 'invariant':
        this.check(expr.expr);
        break;
      case 'matrix':
        this.selector(expr.selector);
        break;
      case 'selector':
        this.selector(expr);
        break;
      default:
    }
    return typeOf(expr);
  }

  private aggregate(expr: AggregateExpr): void {
    this.expect(expr.expr, 'vector', 'aggregation expression');
    if (expr.param) this.expect(expr.param, expr.op === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
  }

  private binary(expr: BinaryExpr): void {
    const problem = 'binary expression must contain only scalar and instant vector types';
    const left = this.operand(expr.lhs, problem);
    const right = this.operand(expr.rhs, problem);
    const { op, matching } = expr;
    if (expr.returnBool && !isComparison(op)) {
      this.refuse(expr, 'bool modifier can only be used on comparison operators');
    }
    if (isComparison(op) && !expr.returnBool && left === 'scalar' && right === 'scalar') {
      this.refuse(expr, 'comparisons between scalars must use BOOL modifier');
    }
    const included = new Set(matching.include);
    const twice = matching.on ? matching.labels.find((label) => included.has(label)) : undefined;
    if (twice !== undefined) this.refuse(expr, `label "${twice}" must not occur in ON and GROUP clause at once`);
    const vectors = left === 'vector' && right === 'vector';
    if (!vectors && matching.labels.length > 0) {
      this.refuse(expr, 'vector matching only allowed between instant vectors');
    }
    if (isSetOperator(op) && !vectors)
      this.refuse(expr, `set operator "${op}" not allowed in binary scalar expression`);
    if (isSetOperator(op) && matching.card !== 'one-to-one') {
      this.refuse(expr, `no grouping allowed for "${op}" operation`);
    }
  }

  private call(expr: Call): void {
    const { name, args, variadic } = expr.func;
    const given = expr.args.length;
    const least = variadic === 0 ? args.length : args.length - 1;
    const most = variadic < 0 ? Infinity : least + variadic;
    if (given < least || given > most) {
      const bound = variadic === 0 ? '' : given < least ? 'at least ' : 'at most ';
      this.refuse(
        expr,
        `expected ${bound}${given < least ? least : most} argument(s) in call to "${name}", got ${given}`,
      );
    }
    for (const [index, arg] of expr.args.entries()) {
      this.expect(arg, args[Math.min(index, args.length - 1)]!, `call to function "${name}"`);
    }
  }

  private selector(expr: VectorSelector): void {
    const names = expr.matchers.filter((matcher) => matcher.name === '__name__');
    const named = /^[a-z_:]/i.test(this.query.slice(expr.from, expr.from + 1));
    if (named && names.length > 1) {
      this.refuse(expr, `metric name must not be set twice: "${names.at(-1)!.value}" or "${names[0]!.value}"`);
    }
    if (expr.matchers.every((matcher) => matcher.matches(''))) {
      this.refuse(expr, 'vector selector must contain at least one non-empty matcher');
    }
  }

  private operand(expr: Expr, problem: string): ValueType {
    const type = this.check(expr);
    if (type !== 'scalar' && type !== 'vector') this.refuse(expr, `${problem}, got ${DOCUMENTED[type]}`);
    return type;
  }

  private expect(expr: Expr, wanted: ValueType, context: string): void {
    const type = this.check(expr);
    if (type === wanted) return;
    this.refuse(expr, `expected type ${DOCUMENTED[wanted]} in ${context}, got ${DOCUMENTED[type]}`);
  }

  private refuse(expr: Expr, problem: string): never {
    throw new PromqlParseError(this.query, expr.from, problem);
  }
}
