import type { CardinalityLimit } from './cardinality-limit';
import { exposedName } from './exposed-names';
import { LabelledFamily, type NameSeries } from './labelled-family';
import { MetricChild } from './metric-child';
import type { Sample, SampleSeries } from './metric-family';
import type { MetricDescription } from './registered-family';

/** A number that only grows. */
export class CounterFamily<L extends string = string> extends LabelledFamily<L, Counter> {
  readonly kind = 'counter';
  readonly type = 'counter';

  constructor(description: MetricDescription<L>, cardinality: CardinalityLimit) {
    super({ ...description, name: exposedName('counter', description.name) }, cardinality);
  }

  /** Adds to the counter without labels. */
  inc(by = 1): void {
    this.labels({}).inc(by);
  }

  protected makeChild(name: NameSeries, rejoin: () => MetricChild): Counter {
    return new Counter(name, rejoin);
  }
}

/** A counter with one set of labels. */
export class Counter extends MetricChild {
  private value = 0;
  private series: SampleSeries;

  constructor(
    private readonly name: NameSeries,
    rejoin: () => MetricChild,
  ) {
    super(rejoin);
    this.series = name();
  }

  /** Adds; what is negative or not a finite number is left out, as a counter cannot go back. */
  inc(by = 1): void {
    if (by >= 0 && by < Infinity) this.live().value += by;
  }

  *samples(): Iterable<Sample> {
    yield { series: this.series, value: this.value };
  }
  reset(): void {
    this.value = 0;
  }
  protected renew(): void {
    this.series = this.name();
  }
}
