import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { LoopSlices } from '../../common/loop-slices';
import { MetricsGatherer } from '../registry/metrics-gatherer';
import { catalogue } from './catalogue';
import { exposition } from './exposition';
import { OPEN_METRICS, PROMETHEUS_TEXT } from './exposition-format';

/** How long writing holds the event loop before it lets others run. */
const SLICE_MS = 4;

/** A list for programs, or one of the two texts that Prometheus scrapes. */
export type MetricsForm = 'json' | 'text' | 'openmetrics';

export const METRICS_CONTENT_TYPES: Readonly<Record<MetricsForm, string>> = {
  json: 'application/json; charset=utf-8',
  text: PROMETHEUS_TEXT.contentType,
  openmetrics: OPEN_METRICS.contentType,
};

/** Writes all metrics, each brought up to date just before. */
@Injectable()
export class MetricsWriter {
  constructor(
    private readonly gatherer: MetricsGatherer,
    private readonly clock: Clock,
  ) {}

  /** The whole text in chunks; between them others have the event loop. A metric that cannot be read is left out. */
  write(form: MetricsForm): AsyncGenerator<string> {
    const metrics = this.gatherer.gather();
    const slices = new LoopSlices(this.clock, { sliceMs: SLICE_MS });
    if (form === 'json') return catalogue(metrics, slices);
    return exposition(metrics, form === 'text' ? PROMETHEUS_TEXT : OPEN_METRICS, slices);
  }
}
