import { PromqlExecutionError } from '../promql.errors';
import type { QueryRun } from './query-run';
import type { Column } from './value';
import { columnBytes, entryBytes } from './value-bytes';

/** Prometheus's complaint about two values of one series at one time. */
export const sameLabelset = (): PromqlExecutionError =>
  new PromqlExecutionError('vector cannot contain metrics with the same labelset');

/**
 * Makes one column of those with the same labels. @throws PromqlExecutionError when two have a value at the same step
 */
export async function mergeSameLabels(run: QueryRun, columns: readonly Column[]): Promise<Column[]> {
  const byKey = new Map<string, Column>();
  for (const column of columns) {
    const { key } = column.labels;
    const known = byKey.get(key);
    run.hold(known ? columnBytes(column.values.length) : entryBytes(key));
    byKey.set(key, known ? merged(known, column) : column);
    if (run.due()) await run.rest();
  }
  return [...byKey.values()];
}

function merged(a: Column, b: Column): Column {
  const values = Float64Array.from(a.values);
  const present = Uint8Array.from(a.present);
  for (let step = 0; step < values.length; step++) {
    if (!b.present[step]) continue;
    if (present[step]) throw sameLabelset();
    values[step] = b.values[step]!;
    present[step] = 1;
  }
  return { labels: a.labels, values, present };
}

/** The columns without their metric's name. */
export async function dropNames(run: QueryRun, columns: readonly Column[]): Promise<Column[]> {
  const first = columns[0]?.labels.name;
  let several = false;
  const dropped: Column[] = [];
  for (const column of columns) {
    several ||= column.labels.name !== first;
    dropped.push({ ...column, labels: column.labels.withoutName() });
    if (run.due()) await run.rest();
  }
  // Series of one metric differ in another label, so without its name they still do.
  return several ? mergeSameLabels(run, dropped) : dropped;
}
