import type { Labels } from './labels';
import type { SeriesKind, SeriesRef } from './series-store';

/** One series and its open chunk: where its rows are and what is in them. Sealed chunks are in the hour blocks. */
export class MemorySeries implements SeriesRef {
  closed = false;
  /** The row of values; -1 while no chunk is open. */
  valueRow = -1;
  /** The row of times; -1 for a chunk on the tick grid, which needs none. */
  timeRow = -1;
  /** The tick of the first sample of a chunk on the grid. */
  firstTick = 0;
  count = 0;
  /** Of all samples it ever got: the earliest and the latest. */
  firstMs = Infinity;
  lastMs = -Infinity;
  /** Samples up to it have been handed out to be saved, or came from what was. */
  savedMs = -Infinity;

  constructor(
    /** Small and used again after the series is gone: the index into per-series arrays. */
    readonly id: number,
    readonly labels: Labels,
    readonly kind: SeriesKind,
    readonly openedMs: number,
    public guest: boolean,
  ) {}
}
