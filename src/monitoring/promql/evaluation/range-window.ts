/**
 * The samples of one series a range function looks at: those from `from` up to but not including `to`. One object is
 * moved along the series from step to step, nothing is copied.
 */
export interface RangeWindow {
  timestamps: Float64Array;
  values: Float64Array;
  from: number;
  to: number;
  /** The ends of the range, which samples on them belong to, in Unix ms. */
  startMs: number;
  endMs: number;
  /** The time of evaluation: the end of the range plus the offset. */
  evalMs: number;
  readonly rangeMs: number;
  /** The values of the scalar arguments at this step, in order. */
  readonly scalars: Float64Array;
}

/** A function of a range vector. Writes its value to `out[at]` and says whether there is one. */
export type RangeFunction = (window: RangeWindow, out: Float64Array, at: number) => boolean;
