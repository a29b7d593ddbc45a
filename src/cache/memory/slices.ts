import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one slice of a long job may hold the loop, in ms. */
export const SLICE_MS = 2;
const STEPS_PER_CLOCK_READ = 32;
/** A slice ends after this share of its time: the rest is for the steps that take long, in which a Map shrinks. */
const FULL = 0.6;

/** Runs a job step by step, the first slice at once, and lets the loop go on between slices. Answers how many steps said true. */
export async function runInSlices(job: Iterator<boolean, void>, sliceMs = SLICE_MS): Promise<number> {
  let counted = 0;
  let steps = 0;
  let started = performance.now();
  for (let step = job.next(); step.done !== true; step = job.next()) {
    if (step.value) counted++;
    steps++;
    if (steps % STEPS_PER_CLOCK_READ !== 0 || performance.now() - started < sliceMs * FULL) continue;
    await nextTurn();
    started = performance.now();
  }
  return counted;
}
