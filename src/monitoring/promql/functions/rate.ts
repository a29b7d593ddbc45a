import type { RangeFunction, RangeWindow } from '../evaluation/range-window';

/**
 * Increase over the range, extrapolated to its ends as Prometheus does (extrapolatedRate): to the whole range when the
 * first and last sample are close enough to its ends, else by half an interval, and never below zero for a counter.
 */
function extrapolated(counter: boolean, perSecond: boolean): RangeFunction {
  return (window, out, at) => {
    const { timestamps, values, from, to, startMs, endMs } = window;
    const last = to - 1;
    if (last === from) return false;
    const first = values[from]!;
    let result = values[last]! - first;
    if (counter) result += lostByResets(window);

    let toStart = (timestamps[from]! - startMs) / 1_000;
    const toEnd = (endMs - timestamps[last]!) / 1_000;
    const sampled = (timestamps[last]! - timestamps[from]!) / 1_000;
    const average = sampled / (last - from);
    if (counter && result > 0 && first >= 0) {
      const toZero = sampled * (first / result);
      if (toZero < toStart) toStart = toZero;
    }
    const threshold = average * 1.1;
    const covered = sampled + (toStart < threshold ? toStart : average / 2) + (toEnd < threshold ? toEnd : average / 2);
    let factor = covered / sampled;
    if (perSecond) factor /= window.rangeMs / 1_000;
    out[at] = result * factor;
    return true;
  };
}

function lostByResets({ values, from, to }: RangeWindow): number {
  let lost = 0;
  let previous = values[from]!;
  for (let index = from + 1; index < to; index++) {
    const current = values[index]!;
    if (current < previous) lost += previous;
    previous = current;
  }
  return lost;
}

/** The difference of the last two samples. */
function instant(perSecond: boolean): RangeFunction {
  return ({ timestamps, values, from, to }, out, at) => {
    if (to - from < 2) return false;
    const current = values[to - 1]!;
    const previous = values[to - 2]!;
    const reset = perSecond && current < previous;
    const difference = reset ? current : current - previous;
    out[at] = perSecond ? difference / ((timestamps[to - 1]! - timestamps[to - 2]!) / 1_000) : difference;
    return true;
  };
}

export const RATE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: extrapolated(true, true),
  increase: extrapolated(true, false),
  delta: extrapolated(false, false),
  irate: instant(true),
  idelta: instant(false),
  resets: ({ values, from, to }, out, at) => {
    let resets = 0;
    for (let index = from + 1; index < to; index++) if (values[index]! < values[index - 1]!) resets++;
    out[at] = resets;
    return true;
  },
  changes: ({ values, from, to }, out, at) => {
    let changes = 0;
    for (let index = from + 1; index < to; index++) {
      const current = values[index]!;
      const previous = values[index - 1]!;
      if (current !== previous && !(Number.isNaN(current) && Number.isNaN(previous))) changes++;
    }
    out[at] = changes;
    return true;
  },
};
