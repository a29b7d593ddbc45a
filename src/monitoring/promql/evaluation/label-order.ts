import type { Labels } from '../../series/labels';
import type { QueryRun } from './query-run';
import { sortInTurns } from './sort-in-turns';

/** Sorts series by their labels, as Prometheus does: by name, value, next name and so on. */
export function sortByLabels<T extends { readonly labels: Labels }>(run: QueryRun, series: readonly T[]): Promise<T[]> {
  return sortInTurns(run, series, (a, b) => a.labels.compare(b.labels));
}
