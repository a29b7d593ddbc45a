import { isDecimal } from '../../../common/decimal-text';

// Where Go's math package and JavaScript disagree, Go's way.

/** The larger; +Inf even beside NaN. */
export function max(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}

/** The smaller; -Inf even beside NaN. */
export function min(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}

/** `base ** exponent`; 1 to any power, and -1 to an infinite one, is 1. */
export function pow(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity))) return 1;
  return base ** exponent;
}

/** 1 for true. */
export const toNumber = (condition: boolean): number => (condition ? 1 : 0);

/** What Go on amd64 makes of a float as an int64: what does not fit, NaN included, is the smallest one. */
export function toInt64(value: number): bigint {
  const truncated = Math.trunc(value);
  return truncated >= -(2 ** 63) && truncated < 2 ** 63 ? BigInt(truncated) : -(2n ** 63n);
}

const INFINITE = /^([+-]?)inf(inity)?$/i;

/** A number as Go's ParseFloat reads it, but not a hexadecimal one; undefined when it is none or too large. */
export function parseFloat64(text: string): number | undefined {
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  if (!isDecimal(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
