import { PromqlExecutionError } from '../promql.errors';
import type { RangeFunction, RangeWindow } from '../evaluation/range-window';
import { KahanSum } from './kahan-sum';

/** Least squares over the samples: the slope per second and the value at a time. */
function linearRegression({ timestamps, values, from, to }: RangeWindow, interceptMs: number): [number, number] {
  const sums = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()] as const;
  const [x, y, xy, xx] = sums;
  const first = values[from]!;
  let constant = true;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    if (index > from && value !== first) constant = false;
    const seconds = (timestamps[index]! - interceptMs) / 1_000;
    x.add(seconds);
    y.add(value);
    xy.add(seconds * value);
    xx.add(seconds * seconds);
  }
  if (constant) return Number.isFinite(first) || Number.isNaN(first) ? [0, first] : [NaN, NaN];
  const count = to - from;
  const [sumX, sumY, sumXY, sumXX] = sums.map((sum) => sum.compensated) as [number, number, number, number];
  const slope = (sumXY - (sumX * sumY) / count) / (sumXX - (sumX * sumX) / count);
  return [slope, sumY / count - (slope * sumX) / count];
}

/** Double exponential smoothing. */
const holtWinters: RangeFunction = ({ values, from, to, scalars }, out, at) => {
  const smoothing = scalars[0]!;
  const trend = scalars[1]!;
  if (smoothing <= 0 || smoothing >= 1) {
    throw new PromqlExecutionError(`invalid smoothing factor. Expected: 0 < sf < 1, got: ${smoothing.toFixed(6)}`);
  }
  if (trend <= 0 || trend >= 1) {
    throw new PromqlExecutionError(`invalid trend factor. Expected: 0 < tf < 1, got: ${trend.toFixed(6)}`);
  }
  if (to - from < 2) return false;
  let previous = 0;
  let smoothed = values[from]!;
  let slope = values[from + 1]! - smoothed;
  for (let index = from + 1; index < to; index++) {
    if (index > from + 1) slope = trend * (smoothed - previous) + (1 - trend) * slope;
    const next = smoothing * values[index]! + (1 - smoothing) * (smoothed + slope);
    previous = smoothed;
    smoothed = next;
  }
  out[at] = smoothed;
  return true;
};

export const TREND_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  deriv: (window, out, at) => {
    if (window.to - window.from < 2) return false;
    [out[at]] = linearRegression(window, window.timestamps[window.from]!);
    return true;
  },
  predict_linear: (window, out, at) => {
    if (window.to - window.from < 2) return false;
    const [slope, intercept] = linearRegression(window, window.evalMs);
    out[at] = slope * window.scalars[0]! + intercept;
    return true;
  },
  holt_winters: holtWinters,
};
