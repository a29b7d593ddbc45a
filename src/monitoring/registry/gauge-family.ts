import { LabelledFamily, type NameSeries } from './labelled-family';
import { MetricChild } from './metric-child';
import type { Sample, SampleSeries } from './metric-family';

/** A number that goes up and down. */
export class GaugeFamily<L extends string = string> extends LabelledFamily<L, Gauge> {
  readonly kind = 'gauge';
  readonly type = 'gauge';

  /** Sets the gauge without labels. */
  set(value: number): void {
    this.labels({}).set(value);
  }

  protected makeChild(name: NameSeries, rejoin: () => MetricChild): Gauge {
    return new Gauge(name, rejoin);
  }
}

/** A gauge with one set of labels. */
export class Gauge extends MetricChild {
  private value = 0;
  private series: SampleSeries;

  constructor(
    private readonly name: NameSeries,
    rejoin: () => MetricChild,
  ) {
    super(rejoin);
    this.series = name();
  }

  set(value: number): void {
    this.live().value = value;
  }
  inc(by = 1): void {
    this.live().value += by;
  }
  dec(by = 1): void {
    this.live().value -= by;
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
