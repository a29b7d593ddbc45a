import { LabelledFamily, type NameSeries, type MetricChild } from './labelled-family';
import type { Sample, SampleSeries } from './metric-family';

/** A number that goes up and down. */
export class GaugeFamily<L extends string = string> extends LabelledFamily<L, Gauge> {
  readonly kind = 'gauge';
  readonly type = 'gauge';

  /** Sets the gauge without labels. */
  set(value: number): void {
    this.labels({}).set(value);
  }

  protected makeChild(name: NameSeries): Gauge {
    return new Gauge(name());
  }
}

/** A gauge with one set of labels. */
export class Gauge implements MetricChild {
  private value = 0;

  constructor(private readonly series: SampleSeries) {}

  set(value: number): void {
    this.value = value;
  }
  inc(by = 1): void {
    this.value += by;
  }
  dec(by = 1): void {
    this.value -= by;
  }

  *samples(): Iterable<Sample> {
    yield { series: this.series, value: this.value };
  }
  reset(): void {
    this.value = 0;
  }
}
