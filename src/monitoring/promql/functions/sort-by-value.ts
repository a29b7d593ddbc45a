import type { QueryRun } from '../evaluation/query-run';
import { sortInTurns } from '../evaluation/sort-in-turns';
import type { Column } from '../evaluation/value';

/** Columns of one step by their value; NaN last either way. */
export function sortByValue(run: QueryRun, columns: readonly Column[], descending: boolean): Promise<Column[]> {
  const sign = descending ? -1 : 1;
  return sortInTurns(run, columns, (a, b) => {
    const x = a.values[0]!;
    const y = b.values[0]!;
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x < y ? -sign : x > y ? sign : 0;
  });
}
