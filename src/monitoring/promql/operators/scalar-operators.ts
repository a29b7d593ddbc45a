import { pow, toNumber } from '../functions/go-math';
import type { ArithmeticOperator, ComparisonOperator } from '../syntax/ast';

export const ARITHMETIC: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': pow,
  atan2: Math.atan2,
};

export const COMPARISON: Readonly<Record<ComparisonOperator, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

/** An operator over two scalars at every step; a comparison gives 1 or 0. */
export function combineScalars(
  op: ArithmeticOperator | ComparisonOperator,
  left: Float64Array,
  right: Float64Array,
): Float64Array {
  if (op in ARITHMETIC) {
    const compute = ARITHMETIC[op as ArithmeticOperator];
    return left.map((value, step) => compute(value, right[step]!));
  }
  const compare = COMPARISON[op as ComparisonOperator];
  return left.map((value, step) => toNumber(compare(value, right[step]!)));
}

/** Whether the result of an operator is no longer the metric it was computed from; `atan2` is not among them in 2.42. */
export const dropsName = (op: string): boolean => ['+', '-', '*', '/', '%', '^'].includes(op);
