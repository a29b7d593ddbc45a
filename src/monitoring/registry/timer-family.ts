import { Histogram } from './histogram-family';
import { LabelledFamily, type NameSeries } from './labelled-family';
import type { MetricChild } from './metric-child';
import type { HistogramDescription } from './histogram-family';
import type { CardinalityLimit } from './cardinality-limit';

/** Durations in seconds, in buckets. */
export class TimerFamily<L extends string = string> extends LabelledFamily<L, Timer> {
  readonly kind = 'timer';
  readonly type = 'histogram';
  readonly buckets: readonly number[];

  constructor(description: HistogramDescription<L>, cardinality: CardinalityLimit) {
    super(description, cardinality);
    this.buckets = description.buckets;
  }

  /** Starts measuring for the timer without labels. */
  start(): () => number {
    return this.labels({}).start();
  }

  protected makeChild(name: NameSeries, rejoin: () => MetricChild): Timer {
    return new Timer(this.buckets, name, rejoin);
  }
}

/** A timer with one set of labels; values are seconds. */
export class Timer extends Histogram {
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
