import type { RangeFunction, RangeWindow } from '../evaluation/range-window';
import { KahanSum } from './kahan-sum';
import { quantileOf } from './quantile';

/** A function that always has a value. */
const always =
  (compute: (window: RangeWindow) => number): RangeFunction =>
  (window, out, at) => {
    out[at] = compute(window);
    return true;
  };

const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;

function sum({ values, from, to }: RangeWindow): number {
  const total = new KahanSum();
  for (let index = from; index < to; index++) total.add(values[index]!);
  return isInfinite(total.sum) ? total.sum : total.compensated;
}

/** The mean as it grows with each value, which does not overflow where the sum would. */
function average({ values, from, to }: RangeWindow): number {
  const mean = new KahanSum();
  let count = 0;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    count++;
    // An infinite mean stays, unless the other infinity or NaN comes.
    if (isInfinite(mean.sum) && !Number.isNaN(value) && (value === mean.sum || !isInfinite(value))) continue;
    mean.add(value / count - mean.sum / count);
  }
  return isInfinite(mean.sum) ? mean.sum : mean.compensated;
}

/** Welford's algorithm with compensated sums. */
function variance({ values, from, to }: RangeWindow): number {
  const mean = new KahanSum();
  const squares = new KahanSum();
  let count = 0;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    count++;
    const delta = value - mean.compensated;
    mean.add(delta / count);
    squares.add(delta * (value - mean.compensated));
  }
  return squares.compensated / count;
}

export const OVER_TIME_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  avg_over_time: always(average),
  count_over_time: always(({ from, to }) => to - from),
  last_over_time: always(({ values, to }) => values[to - 1]!),
  max_over_time: always(({ values, from, to }) => {
    let max = values[from]!;
    for (let index = from + 1; index < to; index++) {
      if (values[index]! > max || Number.isNaN(max)) max = values[index]!;
    }
    return max;
  }),
  min_over_time: always(({ values, from, to }) => {
    let min = values[from]!;
    for (let index = from + 1; index < to; index++) {
      if (values[index]! < min || Number.isNaN(min)) min = values[index]!;
    }
    return min;
  }),
  sum_over_time: always(sum),
  stddev_over_time: always((window) => Math.sqrt(variance(window))),
  stdvar_over_time: always(variance),
  present_over_time: always(() => 1),
  /** Says only where there are samples; the caller turns that around. */
  absent_over_time: always(() => 1),
  quantile_over_time: always(({ values, from, to, scalars }) => quantileOf(scalars[0]!, values.slice(from, to))),
};
