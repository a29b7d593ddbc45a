import type { BinaryOperator, Expr, VectorMatching } from './ast';

export interface BinaryToken {
  readonly type: 'binary';
  readonly op: BinaryOperator;
  readonly returnBool: boolean;
  readonly matching: VectorMatching;
}

/** One piece of an expression in source order; a postfix is an offset, an `@` or a range. */
export type ExprToken =
  | { readonly type: 'operand'; readonly expr: Expr }
  | { readonly type: 'prefix'; readonly op: '+' | '-'; readonly from: number }
  | { readonly type: 'postfix'; readonly apply: (expr: Expr) => Expr }
  | BinaryToken;

const POWER = 6;
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '>': 3,
  '<': 3,
  '>=': 3,
  '<=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': POWER,
};

/**
 * Puts the pieces of an expression together with the precedences of Prometheus's own grammar (precedence climbing).
 * The grammar package binds `a + b offset 5m` and `-1 ^ 2` the other way round, so its nesting is not used.
 */
export class OperatorClimber {
  private at = 0;

  constructor(private readonly tokens: readonly ExprToken[]) {}

  climb(): Expr {
    return this.expression(0);
  }

  private expression(minimum: number): Expr {
    let left = this.operand();
    for (;;) {
      const token = this.tokens[this.at];
      if (token?.type !== 'binary' || PRECEDENCE[token.op] < minimum) return left;
      this.at++;
      // `^` alone groups to the right.
      const right = this.expression(PRECEDENCE[token.op] + (token.op === '^' ? 0 : 1));
      const { op, returnBool, matching } = token;
      left = { kind: 'binary', op, lhs: left, rhs: right, returnBool, matching, from: left.from, to: right.to };
    }
  }

  private operand(): Expr {
    const token = this.tokens[this.at++];
    if (token?.type === 'prefix') {
      // A sign binds like `*`: only `^` and what stands behind the operand bind tighter.
      const expr = this.expression(POWER);
      if (expr.kind === 'number') {
        return { ...expr, value: token.op === '-' ? -expr.value : expr.value, from: token.from };
      }
      return { kind: 'unary', op: token.op, expr, from: token.from, to: expr.to };
    }
    if (token?.type !== 'operand') throw new Error('the grammar let an operator without an operand pass');
    let expr = token.expr;
    for (let next = this.tokens[this.at]; next?.type === 'postfix'; next = this.tokens[this.at]) {
      this.at++;
      expr = next.apply(expr);
    }
    return expr;
  }
}
