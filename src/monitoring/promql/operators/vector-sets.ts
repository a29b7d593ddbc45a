import type { QueryRun } from '../evaluation/query-run';
import { mergeSameLabels } from '../evaluation/same-labels';
import { type Column, hasAny } from '../evaluation/value';
import { columnBytes, entryBytes } from '../evaluation/value-bytes';
import type { BinaryExpr } from '../syntax/ast';
import { signatureOf } from './signature';

/** `and`, `or` and `unless`: which series of a side stay, step by step, by whether the other side has a match. */
export async function combineSets(
  run: QueryRun,
  { op, matching }: BinaryExpr,
  left: readonly Column[],
  right: readonly Column[],
): Promise<Column[]> {
  const signature = signatureOf(matching);
  if (op === 'or') {
    const leftSteps = await stepsBySignature(run, left, signature);
    const added = await filtered(run, right, (column) => leftSteps.get(signature(column.labels)), 0);
    return mergeSameLabels(run, [...left, ...added]);
  }
  const rightSteps = await stepsBySignature(run, right, signature);
  return filtered(run, left, (column) => rightSteps.get(signature(column.labels)), op === 'and' ? 1 : 0);
}

async function stepsBySignature(
  run: QueryRun,
  columns: readonly Column[],
  signature: (labels: Column['labels']) => string,
): Promise<Map<string, Uint8Array>> {
  const steps = new Map<string, Uint8Array>();
  for (const { labels, present } of columns) {
    const key = signature(labels);
    const known = steps.get(key);
    if (!known) {
      run.hold(present.length + entryBytes(key));
      steps.set(key, Uint8Array.from(present));
    } else for (let step = 0; step < known.length; step++) known[step]! |= present[step]!;
    if (run.due()) await run.rest();
  }
  return steps;
}

/** The columns at the steps where the other side has a match (`wanted` 1) or has none (0). */
async function filtered(
  run: QueryRun,
  columns: readonly Column[],
  otherSide: (column: Column) => Uint8Array | undefined,
  wanted: 0 | 1,
): Promise<Column[]> {
  const kept: Column[] = [];
  for (const column of columns) {
    const other = otherSide(column);
    if (other) {
      run.hold(columnBytes(0) + column.present.length);
      const result = { ...column, present: column.present.map((here, step) => here & (other[step]! ^ wanted ^ 1)) };
      if (hasAny(result)) kept.push(result);
    } else if (wanted === 0) kept.push(column);
    if (run.due()) await run.rest();
  }
  return kept;
}
