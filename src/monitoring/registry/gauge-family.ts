import { LabelledFamily, type NameSeries, type SeriesHandle } from './labelled-family';
import type { Sample, SampleSeries } from './metric-types';

/** A number that goes up and down. */
export class GaugeFamily<L extends string = string> extends LabelledFamily<L, GaugeSeries> {
  readonly kind = 'gauge';
  readonly type = 'gauge';

  /** Sets the gauge without labels. */
  set(value: number): void {
    this.labels({}).set(value);
  }

  protected makeHandle(name: NameSeries): GaugeSeries {
    return new GaugeSeries(name());
  }
}

/** A gauge with one set of labels. */
export class GaugeSeries implements SeriesHandle {
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
