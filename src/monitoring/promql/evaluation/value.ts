import type { Labels } from '../../series/labels';

/** One series of an instant vector at every step: a value where `present` is 1. */
export interface Column {
  readonly labels: Labels;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** One series of a range vector: the samples as they are, times in Unix ms. */
export interface SampledSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export type Value =
  | { readonly type: 'vector'; readonly columns: readonly Column[] }
  | { readonly type: 'scalar'; readonly values: Float64Array }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'matrix'; readonly series: readonly SampledSeries[] };

/** A column with a value at every step. */
export function fullColumn(labels: Labels, values: Float64Array): Column {
  return { labels, values, present: new Uint8Array(values.length).fill(1) };
}

export const hasAny = (column: Column): boolean => column.present.includes(1);

/** The columns of a value the parser has found to be a vector. */
export function vectorOf(value: Value): readonly Column[] {
  if (value.type !== 'vector') throw new TypeError(`a vector is expected, not a ${value.type}`);
  return value.columns;
}

/** The same for a scalar: its value at every step. */
export function scalarOf(value: Value): Float64Array {
  if (value.type !== 'scalar') throw new TypeError(`a scalar is expected, not a ${value.type}`);
  return value.values;
}

/** The same for a string. */
export function stringOf(value: Value): string {
  if (value.type !== 'string') throw new TypeError(`a string is expected, not a ${value.type}`);
  return value.value;
}
