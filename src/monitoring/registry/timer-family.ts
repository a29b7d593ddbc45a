import { HistogramSeries } from './histogram-family';
import { HistogramSamples } from './histogram-samples';
import { LabelledFamily, type NameSeries } from './labelled-family';
import type { HistogramDescription } from './histogram-family';
import type { SeriesCap } from './series-cap';

/** Durations in seconds, in buckets. */
export class TimerFamily<L extends string = string> extends LabelledFamily<L, TimerSeries> {
  readonly kind = 'timer';
  readonly type = 'histogram';
  readonly buckets: readonly number[];

  constructor(description: HistogramDescription<L>, cap: SeriesCap) {
    super(description, cap);
    this.buckets = description.buckets;
  }

  /** Starts measuring for the timer without labels. */
  start(): () => number {
    return this.labels({}).start();
  }

  protected makeHandle(name: NameSeries): TimerSeries {
    return new TimerSeries(this.buckets, new HistogramSamples(name, this.buckets));
  }
}

/** A timer with one set of labels; values are seconds. */
export class TimerSeries extends HistogramSeries {
  /** Starts measuring; the function it returns stops, records and returns the seconds that went by. */
  start(): () => number {
    const startedAt = performance.now();
    return () => {
      const seconds = (performance.now() - startedAt) / 1_000;
      this.observe(seconds);
      return seconds;
    };
  }
}
