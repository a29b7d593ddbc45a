import type { AtModifier, Expr, VectorSelector } from '../syntax/ast';

/** Functions whose value depends on the time of evaluation even when their arguments do not. */
const TIME_DEPENDENT = new Set(
  'days_in_month day_of_month day_of_week day_of_year hour minute month year predict_linear time timestamp'.split(' '),
);

/**
 * Prepares an expression for the times of a query: `@ start()` and `@ end()` become times, and what is the same at every
 * step is marked so that it is evaluated once. As Prometheus does, the parameter of an aggregation is left alone.
 */
export function planFor(expr: Expr, startMs: number, endMs: number): Expr {
  const { expr: planned, invariant } = new Planner(startMs, endMs).plan(expr);
  return invariant ? once(planned) : planned;
}

interface Planned {
  readonly expr: Expr;
  readonly invariant: boolean;
}

function once(expr: Expr): Expr {
  if (expr.kind === 'number' || expr.kind === 'string') return expr;
  return { kind: 'invariant', expr, from: expr.from, to: expr.to };
}

class Planner {
  constructor(
    private readonly startMs: number,
    private readonly endMs: number,
  ) {}

  plan(expr: Expr): Planned {
    switch (expr.kind) {
      case 'number':
      case 'string':
        return { expr, invariant: true };
      case 'selector': {
        const planned = this.placed(expr);
        return { expr: planned, invariant: planned.at !== undefined };
      }
      case 'matrix': {
        const selector = this.placed(expr.selector);
        return { expr: { ...expr, selector }, invariant: selector.at !== undefined };
      }
      case 'subquery': {
        const inner = this.plan(expr.expr);
        const at = this.resolve(expr.at);
        return {
          expr: { ...expr, at, expr: inner.invariant ? once(inner.expr) : inner.expr },
          invariant: at !== undefined,
        };
      }
      case 'aggregate':
      case 'paren':
      case 'unary': {
        const inner = this.plan(expr.expr);
        return { expr: { ...expr, expr: inner.expr }, invariant: inner.invariant };
      }
      case 'binary': {
        const [lhs, rhs] = this.together([this.plan(expr.lhs), this.plan(expr.rhs)], true);
        return { expr: { ...expr, lhs: lhs!.expr, rhs: rhs!.expr }, invariant: lhs!.invariant && rhs!.invariant };
      }
      case 'call': {
        const safe = !TIME_DEPENDENT.has(expr.func.name);
        const args = this.together(
          expr.args.map((arg) => this.plan(arg)),
          safe,
        );
        const invariant = safe && args.every((arg) => arg.invariant);
        return { expr: { ...expr, args: args.map((arg) => arg.expr) }, invariant };
      }
      case 'invariant':
        throw new TypeError('an expression is planned once');
    }
  }

  /** Marks the invariant ones, unless all are and the node above will be. */
  private together(parts: readonly Planned[], safe: boolean): readonly Planned[] {
    if (safe && parts.every((part) => part.invariant)) return parts;
    return parts.map((part) => (part.invariant ? { expr: once(part.expr), invariant: true } : part));
  }

  private placed(selector: VectorSelector): VectorSelector {
    return { ...selector, at: this.resolve(selector.at) };
  }

  private resolve(at: AtModifier | undefined): number | undefined {
    return at === 'start' ? this.startMs : at === 'end' ? this.endMs : at;
  }
}

/** The argument without parentheses and marks around it. */
export function unwrap(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === 'paren' || inner.kind === 'invariant') inner = inner.expr;
  return inner;
}
