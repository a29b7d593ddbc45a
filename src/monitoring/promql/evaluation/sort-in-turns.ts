import type { QueryRun } from './query-run';

/** Elements sorted in one go: about a millisecond. */
const RUN = 1_000;

/** Sorts by merging short sorted runs, so that the event loop is never held for long; equal elements keep their order. */
export async function sortInTurns<T>(
  run: QueryRun,
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).toSorted(compare));
    if (run.due()) await run.rest();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(runs[at + 1] ? await merge(run, runs[at]!, runs[at + 1]!, compare) : runs[at]!);
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(
  run: QueryRun,
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<T[]> {
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const takeLeft = r >= right.length || (l < left.length && compare(left[l]!, right[r]!) <= 0);
    merged.push(takeLeft ? left[l++]! : right[r++]!);
    if (merged.length % RUN === 0 && run.due()) await run.rest();
  }
  return merged;
}
