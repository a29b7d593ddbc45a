/** The times an expression is evaluated at: from start to end, both included, in Unix ms. */
export interface Grid {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** How many times there are; 0 when the end is before the start. */
  readonly steps: number;
}

/** The times from `startMs` to `endMs`, `stepMs` apart. */
export function gridOf(startMs: number, endMs: number, stepMs: number): Grid {
  return { startMs, endMs, stepMs, steps: endMs < startMs ? 0 : Math.floor((endMs - startMs) / stepMs) + 1 };
}

export const timeAt = (grid: Grid, step: number): number => grid.startMs + step * grid.stepMs;
