import type { Expr, VectorSelector } from '../../monitoring/promql/syntax/ast';
import { isStale } from '../../monitoring/series/staleness';
import type { Matcher } from '../../monitoring/series/matcher';
import type { SelectedSeries } from '../../monitoring/series/series-store';

/** What is read to see whether an expression has data. */
export interface DataSource {
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<SelectedSeries>;
  series(matchers: readonly Matcher[], fromMs: number, toMs: number): Iterable<unknown>;
}

/** How far back (ms) an instant selector looks. */
const LOOKBACK_MS = 300_000;
/** Series that are looked at to find one that goes on. */
const MOST_SERIES = 100;
/** Functions whose point is that there may be no data. */
const ASKS_FOR_ABSENCE: ReadonlySet<string> = new Set(['absent', 'absent_over_time', 'vector', 'scalar']);

/** How far back (ms) the samples lie that an expression looks at, `offset` aside. */
export function windowOf(expr: Expr): number {
  switch (expr.kind) {
    case 'matrix':
      return expr.rangeMs;
    case 'subquery':
      return expr.rangeMs + windowOf(expr.expr);
    default:
      return Math.max(0, ...childrenOf(expr).map(windowOf));
  }
}

/**
 * The metric of the expression that had samples within the history, and has none any more, so that nothing can be said;
 * `undefined` when there is none. What never had samples is not missed, nor what one side of `or` stands in for.
 * @param historyMs how far back it is missed
 */
export function vanishedMetric(expr: Expr, source: DataSource, timeMs: number, historyMs: number): string | undefined {
  switch (expr.kind) {
    case 'selector':
      return vanishedSelector(expr, LOOKBACK_MS, source, timeMs, historyMs);
    case 'matrix':
      return vanishedSelector(expr.selector, Math.max(expr.rangeMs, LOOKBACK_MS), source, timeMs, historyMs);
    case 'call':
      if (ASKS_FOR_ABSENCE.has(expr.func.name)) return undefined;
      break;
    case 'binary': {
      const [left, right] = [expr.lhs, expr.rhs].map((side) => () => vanishedMetric(side, source, timeMs, historyMs));
      if (expr.op === 'unless') return left!();
      if (expr.op !== 'or') break;
      return hasData(expr.lhs, source, timeMs) || hasData(expr.rhs, source, timeMs) ? undefined : (left!() ?? right!());
    }
    default:
  }
  for (const child of childrenOf(expr)) {
    const metric = vanishedMetric(child, source, timeMs, historyMs);
    if (metric !== undefined) return metric;
  }
  return undefined;
}

function vanishedSelector(
  selector: VectorSelector,
  windowMs: number,
  source: DataSource,
  timeMs: number,
  historyMs: number,
): string | undefined {
  if (selector.at !== undefined || isLive(selector, windowMs, source, timeMs)) return undefined;
  const toMs = timeMs - selector.offsetMs;
  for (const _ of source.series(selector.matchers, toMs - historyMs, toMs)) return nameOf(selector);
  return undefined;
}

/** The rules' own series come and go with the alerts. */
const nameOf = ({ matchers }: VectorSelector): string | undefined => {
  const name = matchers.find((matcher) => matcher.name === '__name__' && matcher.operator === '=')?.value;
  return name === 'ALERTS' || name === 'ALERTS_FOR_STATE' ? undefined : (name ?? 'a metric without a name');
};

function hasData(expr: Expr, source: DataSource, timeMs: number): boolean {
  if (expr.kind === 'selector') return isLive(expr, LOOKBACK_MS, source, timeMs);
  if (expr.kind === 'matrix') return isLive(expr.selector, Math.max(expr.rangeMs, LOOKBACK_MS), source, timeMs);
  const children = childrenOf(expr);
  return children.some((child) => hasData(child, source, timeMs)) || children.length === 0;
}

function isLive({ matchers, offsetMs }: VectorSelector, windowMs: number, source: DataSource, timeMs: number): boolean {
  const toMs = timeMs - offsetMs;
  let seen = 0;
  for (const { samples } of source.select(matchers, toMs - windowMs, toMs)) {
    if (!isStale(samples.values, samples.values.length - 1)) return true;
    if (++seen >= MOST_SERIES) return true;
  }
  return false;
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'binary':
      return [expr.lhs, expr.rhs];
    case 'call':
      return expr.args;
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.expr, expr.param];
    case 'matrix':
      return [expr.selector];
    case 'subquery':
    case 'unary':
    case 'paren':
    case 'invariant':
      return [expr.expr];
    default:
      return [];
  }
}
