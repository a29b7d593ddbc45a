import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { MetricsReaders } from './metrics-readers';
import {
  acceptsGzip,
  addVary,
  type FrameworkRequest,
  type FrameworkResponse,
  nodeRequest,
  nodeResponse,
  type Offer,
  preferredOffer,
  takeResponse,
} from '../../http';
import {
  METRICS_CONTENT_TYPES,
  MetricsBusyError,
  type MetricsForm,
  MetricsWriter,
  MonitoringHealth,
} from '../../monitoring/internal';

/** Each answer holds all metrics, and a scraper asks for one at a time: more that are read at once are refused. */
const MAX_AT_ONCE = 8;
const OFFERS: Readonly<Record<MetricsForm, Offer<MetricsForm>>> = {
  json: { type: 'application/json', value: 'json' },
  text: { type: 'text/plain', version: '0.0.4', value: 'text' },
  openmetrics: { type: 'application/openmetrics-text', version: '1.0.0', value: 'openmetrics' },
};

/** Streams the metrics in the form a client prefers, compressed if it takes that. */
@Injectable()
export class MetricsAnswer {
  private readonly logger = new Logger(MetricsAnswer.name);
  private readonly readers: MetricsReaders;
  private saidCut = false;

  constructor(
    private readonly writer: MetricsWriter,
    private readonly health: MonitoringHealth,
    private readonly clock: Clock,
  ) {
    this.readers = new MetricsReaders(MAX_AT_ONCE, clock);
  }

  /** Writes the whole answer; the first of `forms` is the one for clients that ask for nothing. */
  async send(
    caller: FrameworkRequest,
    answer: FrameworkResponse,
    forms: readonly [MetricsForm, ...MetricsForm[]],
  ): Promise<void> {
    const request = nodeRequest(caller);
    const leave = this.admit(answer);
    const response = takeResponse(answer);
    const [first, ...others] = forms;
    const form = preferredOffer(request.headers.accept, [OFFERS[first], ...others.map((other) => OFFERS[other])]);
    response.setHeader('Content-Type', METRICS_CONTENT_TYPES[form]);
    response.setHeader('Cache-Control', 'no-store');
    addVary(response, 'Accept', 'Accept-Encoding');
    const startedAt = this.clock.monotonic();
    const body = Readable.from(this.writer.write(form), { objectMode: false });
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
      leave();
      this.sayCut();
      this.health.scrapeDurations.record(this.clock.monotonic() - startedAt);
    }
  }

  /** @throws MetricsBusyError while as many as may are reading */
  private admit(answer: FrameworkResponse): () => void {
    const leave = this.readers.admit(nodeResponse(answer));
    if (leave === undefined) throw new MetricsBusyError(this.readers.active);
    return leave;
  }

  private sayCut(): void {
    this.health.readersCut = this.readers.cutOff;
    if (this.saidCut || this.readers.cutOff === 0) return;
    this.saidCut = true;
    this.logger.warn('A reader of the metrics was cut off, because it did not take what it had asked for');
  }
}
