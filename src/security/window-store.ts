/** The count of one key in its present window. */
export interface WindowCount {
  readonly count: number;
  /** Until the window ends and the count begins again at 0. */
  readonly resetMs: number;
}

/** Counts hits per key in windows that begin with the first hit; O(1) in time and memory for each key. */
export interface WindowStore {
  /** Counts one hit. */
  hit(key: string, windowMs: number): Promise<WindowCount> | WindowCount;
}
