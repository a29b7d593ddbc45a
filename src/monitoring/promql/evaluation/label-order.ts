import type { Labels } from '../../series/labels';
import type { QueryRun } from './query-run';

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

/** Elements sorted in one go: about a millisecond. */
const RUN = 1_000;

/** Sorts series by their labels, by merging short sorted runs so that the event loop is never held for long. */
export async function sortByLabels<T extends { readonly labels: Labels }>(run: QueryRun, series: T[]): Promise<T[]> {
  let runs: { key: string; item: T }[][] = [];
  for (let at = 0; at < series.length; at += RUN) {
    const keyed = series.slice(at, at + RUN).map((item) => ({ key: orderKey(item.labels), item }));
    runs.push(keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)));
    if (run.due()) await run.rest();
  }
  while (runs.length > 1) {
    const merged = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(runs[at + 1] ? await merge(run, runs[at]!, runs[at + 1]!) : runs[at]!);
    }
    runs = merged;
  }
  return (runs[0] ?? []).map(({ item }) => item);
}

async function merge<T extends { key: string }>(run: QueryRun, left: readonly T[], right: readonly T[]): Promise<T[]> {
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const takeLeft = r >= right.length || (l < left.length && left[l]!.key <= right[r]!.key);
    merged.push(takeLeft ? left[l++]! : right[r++]!);
    if (merged.length % RUN === 0 && run.due()) await run.rest();
  }
  return merged;
}
