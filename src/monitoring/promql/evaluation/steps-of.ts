import type { QueryRun } from './query-run';
import type { Column } from './value';

/** 1 at every step at which any of the columns has a value. */
export async function stepsOf(run: QueryRun, columns: readonly Column[], steps: number): Promise<Uint8Array> {
  const found = new Uint8Array(steps);
  for (const { present } of columns) {
    for (let step = 0; step < steps; step++) found[step]! |= present[step]!;
    if (run.due()) await run.rest();
  }
  return found;
}
