import { studentQuantile } from './student-t';

/** A figure with the interval that contains the true one in 95 of 100 experiments. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const CONFIDENCE = 0.95;

/** The mean of independent figures that scatter like a normal distribution; at least two of them. */
export function meanOf(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const df = values.length - 1;
  const half = studentQuantile((1 + CONFIDENCE) / 2, df) * Math.sqrt(squares / df / values.length);
  return { value: mean, low: mean - half, high: mean + half };
}

/** The ratio of B over A from rounds in which both were measured: the geometric mean of the rounds' ratios. */
export function ratioOf(rounds: readonly { readonly a: number; readonly b: number }[]): Estimate {
  const { value, low, high } = meanOf(rounds.map(({ a, b }) => Math.log(b / a)));
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}

/**
 * The ratio of B over A from figures of each that are independent of each other and may scatter differently (Welch's
 * interval, on logarithms). Undefined for fewer than two of each, or where one is not above 0.
 */
export function ratioOfMeans(a: readonly number[], b: readonly number[]): Estimate | undefined {
  if (a.length < 2 || b.length < 2 || [...a, ...b].some((value) => !(value > 0))) return undefined;
  const [before, after] = [logMoments(a), logMoments(b)];
  const [errorA, errorB] = [before.variance / a.length, after.variance / b.length];
  const error = errorA + errorB;
  const df = error === 0 ? 1 : error ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  const half = error === 0 ? 0 : studentQuantile((1 + CONFIDENCE) / 2, df) * Math.sqrt(error);
  const value = after.mean - before.mean;
  return { value: Math.exp(value), low: Math.exp(value - half), high: Math.exp(value + half) };
}

function logMoments(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  return { mean, variance: logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1) };
}

/** What a ratio says of B against A where less is better; nothing is decided while the interval contains 1. */
export function ratioVerdict({ low, high }: Estimate): 'B is better' | 'B is worse' | 'undecided' {
  if (high < 1) return 'B is better';
  return low > 1 ? 'B is worse' : 'undecided';
}
