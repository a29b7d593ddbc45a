import type { Samples } from './series-store';

/** The runs without what they have in fromMs ≤ time ≤ untilMs, and none across that time; views, nothing is copied. */
export function without(runs: readonly Samples[], fromMs: number, untilMs: number): Samples[] {
  return runs.flatMap((run) => {
    const { timestamps } = run;
    const end = timestamps.length;
    const first = firstNotBefore(timestamps, end, fromMs);
    const next = firstNotBefore(timestamps, end, untilMs + 1); // times are whole milliseconds
    return [part(run, 0, first), part(run, next, end)].filter(({ values }) => values.length > 0);
  });
}

/** The parts of a run between which there is no sample for longer than `gapMs`; views. */
export function spansOf(run: Samples, gapMs: number): Samples[] {
  const { timestamps } = run;
  const spans: Samples[] = [];
  let start = 0;
  for (let at = 1; at <= timestamps.length; at++) {
    if (at < timestamps.length && timestamps[at]! - timestamps[at - 1]! <= gapMs) continue;
    spans.push(part(run, start, at));
    start = at;
  }
  return spans;
}

/** Copies the runs, which do not overlap, one after the other by their times. @returns how many samples there are */
export function join(runs: readonly Samples[], timestamps: Float64Array, values: Float64Array): number {
  let at = 0;
  for (const run of runs.toSorted((a, b) => a.timestamps[0]! - b.timestamps[0]!)) {
    // Bytes are moved, not numbers: NaN payloads stay.
    timestamps.set(run.timestamps, at);
    values.set(run.values, at);
    at += run.values.length;
  }
  return at;
}

/** The index of the first of so many times that is not before `timeMs`, by bisection. */
export function firstNotBefore(timestamps: Float64Array, count: number, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestamps[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function part({ timestamps, values }: Samples, start: number, end: number): Samples {
  return { timestamps: timestamps.subarray(start, end), values: values.subarray(start, end) };
}
