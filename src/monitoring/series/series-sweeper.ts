import type { MemorySeries } from './memory-series';
import type { OpenChunks } from './open-chunks';
import type { SeriesIndex } from './series-index';

/** Series looked at per sweep, and chunks sealed by it, at most. */
const CHECKS = 256;
const SEALS = 32;

/**
 * Goes round the series, a few per tick. Seals chunks nobody appends to any more (their rows are needed, and the times
 * of their ticks fade), and closes series that have nothing left, so that their place can be taken.
 */
export class SeriesSweeper {
  private cursor: Iterator<MemorySeries> | undefined;

  constructor(
    private readonly index: SeriesIndex,
    private readonly openChunks: OpenChunks,
    private readonly seal: (series: MemorySeries) => void,
  ) {}

  /** @param keptFromMs no sealed chunk ends before it */
  sweep(keptFromMs: number): void {
    for (let checked = 0, sealed = 0; checked < CHECKS && sealed < SEALS; checked++) {
      this.cursor ??= this.index.all()[Symbol.iterator]();
      const { value: series, done } = this.cursor.next();
      if (done) {
        this.cursor = undefined;
        return;
      }
      if (Math.max(series.lastMs, series.openedMs) < keptFromMs) this.close(series);
      else if (this.openChunks.isIdle(series)) {
        this.seal(series);
        sealed++;
      }
    }
  }

  private close(series: MemorySeries): void {
    if (series.valueRow >= 0) this.openChunks.end(series);
    series.closed = true;
    this.index.remove(series);
  }
}
