import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Clock } from '../../common/clock';
import { catalogue } from '../../monitoring/exposition/catalogue';
import { exposition } from '../../monitoring/exposition/exposition';
import { OPEN_METRICS, PROMETHEUS_TEXT } from '../../monitoring/exposition/exposition-format';
import { acceptsGzip, type Offer, preferredOffer } from '../../monitoring/exposition/media-type';
import { MetricsReader } from '../../monitoring/registry/metrics-reader';
import { MetricsBusyError } from '../../monitoring/registry/metric.errors';
import { MonitoringHealth } from '../../monitoring/sampling/monitoring-health';
import { LoopSlices } from '../../common/loop-slices';

/** Each is all metrics once over; who asks for more at once is not a scraper. */
const MAX_AT_ONCE = 8;
/** How long writing holds the event loop before it lets others run. */
const SLICE_MS = 4;

type Form = 'json' | 'text' | 'openmetrics';

const OFFERS: Readonly<Record<Form, Offer<Form>>> = {
  json: { type: 'application/json', value: 'json' },
  text: { type: 'text/plain', version: '0.0.4', value: 'text' },
  openmetrics: { type: 'application/openmetrics-text', version: '1.0.0', value: 'openmetrics' },
};

/** Streams the metrics in the form a client prefers, compressed if it takes that. */
@Injectable()
export class MetricsExposition {
  private readonly logger = new Logger(MetricsExposition.name);
  private active = 0;

  constructor(
    private readonly reader: MetricsReader,
    private readonly health: MonitoringHealth,
    private readonly clock: Clock,
  ) {}

  /** Writes the whole answer; the first of `forms` is the one for clients that ask for nothing. */
  async answer(request: Request, response: Response, forms: readonly [Form, ...Form[]]): Promise<void> {
    if (this.active >= MAX_AT_ONCE) throw new MetricsBusyError(this.active);
    const [first, ...others] = forms;
    const form = preferredOffer(request.headers.accept, [OFFERS[first], ...others.map((other) => OFFERS[other])]);
    response.setHeader('Content-Type', contentTypeOf(form));
    response.setHeader('Cache-Control', 'no-store');
    response.vary('Accept, Accept-Encoding');
    const startedAt = this.clock.monotonic();
    this.active++;
    const body = Readable.from(this.write(form), { objectMode: false });
    try {
      if (acceptsGzip(request.headers['accept-encoding'])) {
        response.setHeader('Content-Encoding', 'gzip');
        await pipeline(body, createGzip({ level: constants.Z_BEST_SPEED }), response);
      } else {
        await pipeline(body, response);
      }
    } catch (error) {
      // The head has been sent, so all that is left is to have cut the connection, which the pipeline did.
      if (!request.destroyed && !response.destroyed) this.logger.error(`Writing the metrics failed: ${String(error)}`);
    } finally {
      this.active--;
      this.health.scrapeDurations.record(this.clock.monotonic() - startedAt);
    }
  }

  private write(form: Form): AsyncGenerator<string> {
    const metrics = this.reader.refreshed();
    const slices = new LoopSlices(this.clock, { sliceMs: SLICE_MS });
    if (form === 'json') return catalogue(metrics, slices);
    return exposition(metrics, form === 'text' ? PROMETHEUS_TEXT : OPEN_METRICS, slices);
  }
}

function contentTypeOf(form: Form): string {
  if (form === 'json') return 'application/json; charset=utf-8';
  return form === 'text' ? PROMETHEUS_TEXT.contentType : OPEN_METRICS.contentType;
}
