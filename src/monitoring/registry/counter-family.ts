import type { CardinalityLimit } from './cardinality-limit';
import { exposedName } from './exposed-names';
import { LabelledFamily, type NameSeries, type MetricChild } from './labelled-family';
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

  protected makeChild(name: NameSeries): Counter {
    return new Counter(name());
  }
}

/** A counter with one set of labels. */
export class Counter implements MetricChild {
  private value = 0;

  constructor(private readonly series: SampleSeries) {}

  /** Adds; what is negative or not a finite number is left out, as a counter cannot go back. */
  inc(by = 1): void {
    if (by >= 0 && by < Infinity) this.value += by;
  }

  *samples(): Iterable<Sample> {
    yield { series: this.series, value: this.value };
  }
  reset(): void {
    this.value = 0;
  }
}
