import type { ArithmeticOperator, BinaryExpr, ComparisonOperator } from '../syntax/ast';
import { ARITHMETIC, COMPARISON } from './scalar-operators';

/**
 * Computes a column from two rows of values: where both are there, the value, and whether it stays. `kept` is what a
 * comparison without `bool` lets through: the left value, but the vector's when the left is a scalar.
 */
export type StepKernel = (
  left: Float64Array,
  right: Float64Array,
  kept: Float64Array,
  values: Float64Array,
  present: Uint8Array,
) => void;

/** @returns what fills `values` and clears `present` where a comparison is false; `present` says where both are there */
export function stepKernel({ op, returnBool }: Pick<BinaryExpr, 'op' | 'returnBool'>): StepKernel {
  const compare = COMPARISON[op as ComparisonOperator];
  if (!compare) {
    const compute = ARITHMETIC[op as ArithmeticOperator];
    return (left, right, _kept, values, present) => {
      for (let step = 0; step < present.length; step++) {
        if (present[step]) values[step] = compute(left[step]!, right[step]!);
      }
    };
  }
  return (left, right, kept, values, present) => {
    for (let step = 0; step < present.length; step++) {
      if (!present[step]) continue;
      const holds = compare(left[step]!, right[step]!);
      if (returnBool) values[step] = holds ? 1 : 0;
      else if (holds) values[step] = kept[step]!;
      else present[step] = 0;
    }
  };
}
