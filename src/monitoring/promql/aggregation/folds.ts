import type { AggregationOperator } from '../syntax/ast';
import type { Column } from '../evaluation/value';

/** What an aggregation has gathered of one group so far, at every step. */
export interface Fold {
  readonly present: Uint8Array;
  readonly values: Float64Array;
  add(column: Column): void;
  /** Called once, when all series of the group are in. */
  finish(): void;
}

/** A fold that only needs the result so far and how many there were. */
function simple(steps: number, first: (value: number) => number, next: (sofar: number, value: number) => number): Fold {
  const values = new Float64Array(steps);
  const present = new Uint8Array(steps);
  return {
    values,
    present,
    add(column) {
      for (let step = 0; step < steps; step++) {
        if (!column.present[step]) continue;
        const value = column.values[step]!;
        values[step] = present[step] ? next(values[step]!, value) : first(value);
        present[step] = 1;
      }
    },
    finish: () => undefined,
  };
}

const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;

function average(steps: number): Fold {
  const values = new Float64Array(steps);
  const present = new Uint8Array(steps);
  const counts = new Uint32Array(steps);
  return {
    values,
    present,
    add(column) {
      for (let step = 0; step < steps; step++) {
        if (!column.present[step]) continue;
        const value = column.values[step]!;
        const count = ++counts[step]!;
        const mean = values[step]!;
        if (count === 1) {
          values[step] = value;
          present[step] = 1;
          // An infinite mean stays, unless the other infinity or NaN comes.
        } else if (!isInfinite(mean) || Number.isNaN(value) || (isInfinite(value) && value !== mean)) {
          values[step] = mean + (value / count - mean / count);
        }
      }
    },
    finish: () => undefined,
  };
}

/** Welford's algorithm. */
function variance(steps: number, root: boolean): Fold {
  const values = new Float64Array(steps);
  const present = new Uint8Array(steps);
  const means = new Float64Array(steps);
  const counts = new Uint32Array(steps);
  return {
    values,
    present,
    add(column) {
      for (let step = 0; step < steps; step++) {
        if (!column.present[step]) continue;
        const value = column.values[step]!;
        const count = ++counts[step]!;
        if (count === 1) {
          means[step] = value;
          present[step] = 1;
          continue;
        }
        const delta = value - means[step]!;
        means[step]! += delta / count;
        values[step]! += delta * (value - means[step]!);
      }
    },
    finish() {
      for (let step = 0; step < steps; step++) {
        if (!present[step]) continue;
        const spread = values[step]! / counts[step]!;
        values[step] = root ? Math.sqrt(spread) : spread;
      }
    },
  };
}

type FoldedOperator = Exclude<AggregationOperator, 'topk' | 'bottomk' | 'quantile' | 'count_values'>;

/** The aggregations that take one series after the other. */
export const FOLDS: Readonly<Record<FoldedOperator, (steps: number) => Fold>> = {
  sum: (steps) =>
    simple(
      steps,
      (value) => value,
      (sum, value) => sum + value,
    ),
  max: (steps) =>
    simple(
      steps,
      (value) => value,
      (max, value) => (max < value || Number.isNaN(max) ? value : max),
    ),
  min: (steps) =>
    simple(
      steps,
      (value) => value,
      (min, value) => (min > value || Number.isNaN(min) ? value : min),
    ),
  count: (steps) =>
    simple(
      steps,
      () => 1,
      (count) => count + 1,
    ),
  group: (steps) =>
    simple(
      steps,
      () => 1,
      () => 1,
    ),
  avg: average,
  stddev: (steps) => variance(steps, true),
  stdvar: (steps) => variance(steps, false),
};

export const isFolded = (op: AggregationOperator): op is FoldedOperator => op in FOLDS;
