import type { Labels } from './labels';
import type { LoggedSeries, SeriesKind, SeriesRef } from './series-store';

/** One series and its open chunk: where its rows are and what is in them. Sealed chunks are in the hour blocks. */
export class MemorySeries implements SeriesRef, LoggedSeries {
  closed = false;
  /** The row of values; -1 while no chunk is open. */
  valueRow = -1;
  /** The row of times; -1 for a chunk on the tick grid, which needs none. */
  timeRow = -1;
  /** The tick of the first sample of a chunk on the grid. */
  firstTick = 0;
  count = 0;
  /** The tick at or after which the latest sample was added. */
  lastTick = -1;
  /** Times of the earliest and the latest sample that were ever appended. */
  firstMs = Infinity;
  lastMs = -Infinity;
  /** Samples up to this time are saved: `takeUnsaved` has returned them, or they were restored. */
  savedMs = -Infinity;

  /** The part of the log in which it is explained. */
  loggedIn = -1;
  /** The setting of the clock by which its last sample was taken. */
  epoch = 0;

  constructor(
    /** A small number, the index into per-series arrays; reused after the series is gone. */
    readonly id: number,
    readonly labels: Labels,
    readonly kind: SeriesKind,
    /** In monotonic time. */
    readonly openedAtMs: number,
    public guest: boolean,
  ) {}

  get isEmpty(): boolean {
    return this.lastMs === -Infinity;
  }
}
