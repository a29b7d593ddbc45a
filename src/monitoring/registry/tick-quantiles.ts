import { LatencyHistogram, type ReadonlyLatencyHistogram } from '../../common/latency-histogram';
import type { Emit } from './callback-family';
import type { Collection } from './collection';

const QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;
/** To be the last of the label names. */
export const QUANTILE_LABEL = 'latency_quantile';

/** One source: what it had at the last tick, and the quantiles (s) of what came until then. */
interface Window {
  readonly before: LatencyHistogram;
  seconds: readonly number[];
  tick: number;
}

/**
 * Quantiles of what our own histograms recorded between the last two ticks, within 1.6 % of the true ones: buckets that
 * PromQL can interpolate in are a factor of two apart. A scrape shows those of the last tick. Where nothing was recorded
 * there is no value.
 */
export class TickQuantiles {
  private readonly windows = new Map<string, Window>();
  private readonly recorded = new LatencyHistogram();
  private current: Collection | undefined;
  private tick = 0;

  /** Emits the quantiles of one source, which its labels tell from others. */
  emit(histogram: ReadonlyLatencyHistogram, emit: Emit, collection: Collection, ...labels: string[]): void {
    if (collection.isTick && collection !== this.current) this.begin(collection);
    const key = JSON.stringify(labels);
    let window = this.windows.get(key);
    if (window === undefined) {
      // What was recorded before the first tick that sees it began with it.
      window = { before: new LatencyHistogram(), seconds: [], tick: this.tick };
      this.windows.set(key, window);
      if (collection.isTick) this.cut(window, histogram);
    } else if (collection.isTick && window.tick !== this.tick) this.cut(window, histogram);
    for (const [at, seconds] of window.seconds.entries()) emit(seconds, ...labels, String(QUANTILES[at]));
  }

  /** A source that was not there in the last tick is forgotten. */
  private begin(collection: Collection): void {
    for (const [key, window] of this.windows) if (window.tick !== this.tick) this.windows.delete(key);
    this.current = collection;
    this.tick++;
  }

  private cut(window: Window, histogram: ReadonlyLatencyHistogram): void {
    window.tick = this.tick;
    window.seconds = [];
    if (histogram.count < window.before.count) window.before.reset(); // it began anew
    if (histogram.count === window.before.count) return;
    histogram.since(window.before, this.recorded);
    window.seconds = QUANTILES.map((quantile) => this.recorded.quantileMs(quantile) / 1_000);
    histogram.copyTo(window.before);
  }
}
