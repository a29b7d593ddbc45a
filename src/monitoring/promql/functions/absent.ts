import { Labels, NAME_LABEL } from '../../series/labels';
import type { Expr } from '../syntax/ast';

/** The labels an expression asks for with `=`, for the result of `absent`; one that is asked for twice is left out. */
export function absentLabels(expr: Expr): Labels {
  if (expr.kind !== 'selector') return Labels.EMPTY;
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of expr.matchers) {
    if (name === NAME_LABEL) continue;
    if (operator === '=' && !seen.has(name)) {
      labels.set(name, value);
      seen.add(name);
    } else labels.delete(name);
  }
  return Labels.from(labels);
}
