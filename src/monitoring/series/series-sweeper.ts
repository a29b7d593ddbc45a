import type { MemorySeries } from './memory-series';
import type { OpenChunks } from './open-chunks';
import type { SeriesIndex } from './series-index';

/** Series looked at per sweep, and chunks sealed by it, at most. */
const CHECKS = 256;
const SEALS = 32;

/**
 * Visits the series in turn, a few per tick. Seals chunks that get no more samples, because their rows are needed and
 * the ring of tick times will overwrite theirs, and closes series without samples, so that others can take their place.
 */
export class SeriesSweeper {
  private cursor: Iterator<MemorySeries> | undefined;

  constructor(
    private readonly index: SeriesIndex,
    private readonly openChunks: OpenChunks,
    private readonly seal: (series: MemorySeries) => void,
  ) {}

  /** @param isOver whether a series is without samples, and may be closed */
  sweep(isOver: (series: MemorySeries) => boolean): void {
    for (let checked = 0, sealed = 0; checked < CHECKS && sealed < SEALS; checked++) {
      this.cursor ??= this.index.all()[Symbol.iterator]();
      const { value: series, done } = this.cursor.next();
      if (done) {
        this.cursor = undefined;
        return;
      }
      if (isOver(series)) this.close(series);
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
