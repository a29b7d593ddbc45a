import type { Expr, Subquery, VectorSelector } from '../syntax/ast';

type Placed = VectorSelector | Subquery;
/** Subqueries around a node, the outermost first. */
type Path = readonly Subquery[];

/** The times whose samples a selector may see, both ends included, in Unix ms. */
export interface SelectedRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How long before the time of evaluation each selector and subquery looks, `@` included. */
export class Offsets {
  private readonly byNode = new Map<Expr, number>();

  of(node: Placed): number {
    return this.byNode.get(node) ?? node.offsetMs;
  }

  /**
   * Computes the offsets below a node for an evaluation that begins at a time. `@` is turned into an offset from that
   * time, so a subquery, which begins elsewhere, places what is inside it anew (Prometheus: setOffsetForAtModifier).
   */
  place(beginMs: number, expr: Expr): void {
    visitPlaced(expr, [], undefined, (node, path) => {
      if (typeof node.at !== 'number') {
        this.byNode.set(node, node.offsetMs);
        return;
      }
      const around = timesOf(path);
      const subqueryOffset = around.offsetMs + (around.atMs === undefined ? 0 : beginMs - around.atMs);
      this.byNode.set(node, node.offsetMs + (beginMs - node.at) - subqueryOffset);
    });
  }
}

/** For every selector of a query the range of samples it is given (Prometheus: getTimeRangesForSelector). */
export function selectedRanges(
  expr: Expr,
  startMs: number,
  endMs: number,
  lookbackMs: number,
): Map<VectorSelector, SelectedRange> {
  const ranges = new Map<VectorSelector, SelectedRange>();
  visitPlaced(expr, [], undefined, (node, path, rangeMs) => {
    if (node.kind === 'subquery') return;
    const around = timesOf(path);
    let fromMs = around.atMs ?? startMs;
    let toMs = around.atMs ?? endMs;
    if (typeof node.at === 'number') fromMs = toMs = node.at;
    else {
      fromMs -= around.offsetMs + around.rangeMs;
      toMs -= around.offsetMs;
    }
    fromMs -= rangeMs ?? lookbackMs;
    ranges.set(node, { fromMs: fromMs - node.offsetMs, toMs: toMs - node.offsetMs });
  });
  return ranges;
}

/** The sums of offsets and ranges of the subqueries around a node; one with `@` makes those around it irrelevant. */
function timesOf(path: Path): { offsetMs: number; rangeMs: number; atMs: number | undefined } {
  let offsetMs = 0;
  let rangeMs = 0;
  let atMs: number | undefined;
  for (const subquery of path) {
    if (typeof subquery.at === 'number') {
      offsetMs = rangeMs = 0;
      atMs = subquery.at;
    }
    offsetMs += subquery.offsetMs;
    rangeMs += subquery.rangeMs;
  }
  return { offsetMs, rangeMs, atMs };
}

function visitPlaced(
  expr: Expr,
  path: Path,
  rangeMs: number | undefined,
  visit: (node: Placed, path: Path, rangeMs: number | undefined) => void,
): void {
  switch (expr.kind) {
    case 'selector':
      visit(expr, path, rangeMs);
      return;
    case 'matrix':
      visitPlaced(expr.selector, path, expr.rangeMs, visit);
      return;
    case 'subquery':
      visit(expr, path, undefined);
      visitPlaced(expr.expr, [...path, expr], undefined, visit);
      return;
    case 'aggregate':
      visitPlaced(expr.expr, path, undefined, visit);
      if (expr.param) visitPlaced(expr.param, path, undefined, visit);
      return;
    case 'binary':
      visitPlaced(expr.lhs, path, undefined, visit);
      visitPlaced(expr.rhs, path, undefined, visit);
      return;
    case 'call':
      for (const arg of expr.args) visitPlaced(arg, path, undefined, visit);
      return;
    case 'unary':
    case 'paren':
    case 'invariant':
      visitPlaced(expr.expr, path, undefined, visit);
      return;
    default:
  }
}
