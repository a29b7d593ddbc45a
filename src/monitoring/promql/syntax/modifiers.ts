import type { AtModifier, Expr, MatrixSelector, Subquery, VectorSelector } from './ast';

// What may stand behind a selector. Each function throws an Error with the reason when it may not stand there.

/** The expression `offset` that long before the time it is asked for. */
export function withOffset(expr: Expr, offsetMs: number): Expr {
  if (expr.kind === 'matrix') {
    return { ...expr, selector: withOffset(expr.selector, offsetMs) as VectorSelector };
  }
  if (expr.kind !== 'selector' && expr.kind !== 'subquery') {
    throw new Error(
      'offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
    );
  }
  if (expr.offsetMs !== 0) throw new Error('offset may not be set multiple times');
  return { ...expr, offsetMs };
}

/** The expression always `@` one time. */
export function withAt(expr: Expr, at: AtModifier): Expr {
  if (expr.kind === 'matrix') return { ...expr, selector: withAt(expr.selector, at) as VectorSelector };
  if (expr.kind !== 'selector' && expr.kind !== 'subquery') {
    throw new Error('@ modifier must be preceded by an instant vector selector or range vector selector or a subquery');
  }
  if (expr.at !== undefined) throw new Error('@ <timestamp> may not be set multiple times');
  return { ...expr, at };
}

/** @param seconds as written behind `@`; rounded to whole ms */
export function atTime(seconds: number): AtModifier {
  if (!Number.isFinite(seconds) || Math.abs(seconds) >= 2 ** 63) {
    throw new Error(`timestamp out of bounds for @ modifier: ${seconds}`);
  }
  // Go's Round takes halves away from zero, JavaScript's upwards.
  return Math.sign(seconds) * Math.round(Math.abs(seconds) * 1_000);
}

/** A selector with `[range]`. */
export function withRange(expr: Expr, rangeMs: number, to: number): MatrixSelector {
  if (expr.kind !== 'selector') throw new Error('ranges only allowed for vector selectors');
  if (expr.offsetMs !== 0) throw new Error('no offset modifiers allowed before range');
  if (typeof expr.at === 'number') throw new Error('no @ modifiers allowed before range');
  return { kind: 'matrix', selector: expr, rangeMs, from: expr.from, to };
}

/** An expression with `[range:step]`. */
export function asSubquery(expr: Expr, rangeMs: number, stepMs: number, to: number): Subquery {
  return { kind: 'subquery', expr, rangeMs, stepMs, offsetMs: 0, at: undefined, from: expr.from, to };
}
