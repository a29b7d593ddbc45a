import type { Labels } from '../../series/labels';
import type { QueryRun } from './query-run';
import { sortInTurns } from './sort-in-turns';

const keys = new WeakMap<Labels, string>();

/** A text that sorts label sets as Prometheus does: by name, value, next name and so on. */
function orderKey(labels: Labels): string {
  let key = keys.get(labels);
  if (key === undefined) {
    key = '';
    for (const [name, value] of labels) key += `${name}\0${value}\0`;
    keys.set(labels, key);
  }
  return key;
}

/** Sorts series by their labels. */
export async function sortByLabels<T extends { readonly labels: Labels }>(
  run: QueryRun,
  series: readonly T[],
): Promise<T[]> {
  const keyed: { readonly key: string; readonly item: T }[] = [];
  for (const item of series) {
    keyed.push({ key: orderKey(item.labels), item });
    if (run.due()) await run.rest();
  }
  const sorted = await sortInTurns(run, keyed, (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return sorted.map(({ item }) => item);
}
