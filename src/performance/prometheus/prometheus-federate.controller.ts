import { Controller, Get, Inject, Query, Res, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Clock } from '../../common/clock';
import { type FrameworkResponse, nodeResponse, RouteAccess, takeResponse } from '../../http';
import { METRICS_CONTENT_TYPES, PromqlBadDataError, StoredHistories } from '../../monitoring/internal';
import { INSTANCE_NAME } from '../instances/instance-name';
import { PrometheusErrorFilter } from './prometheus-error.filter';
import { PrometheusRequest } from './prometheus-parameters';
import { federateParameters, type PrometheusParameters } from './prometheus.schemas';

/** For so long (ms) before now a series has a latest sample, as in Prometheus. */
const LOOKBACK_MS = 5 * 60_000;

/** What another Prometheus asks of this one: its series, and whether it is there. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@Controller('performance/prometheus')
export class PrometheusFederateController {
  constructor(
    private readonly histories: StoredHistories,
    private readonly clock: Clock,
    @Inject(INSTANCE_NAME) private readonly instance: string,
  ) {}

  /**
   * The latest sample of each series that matches any of the selectors, in the text format 0.0.4. Series without a job
   * and an instance get those that a Prometheus would have given them.
   */
  @Get('federate')
  @RouteAccess('read')
  @ApiProduces(METRICS_CONTENT_TYPES.text)
  @ApiOkResponse({ schema: { type: 'string' } })
  async federate(
    @Query({ schema: federateParameters }) url: PrometheusParameters,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    const request = new PrometheusRequest(url);
    const { selectors } = request.catalogue();
    if (selectors.length === 0) throw new PromqlBadDataError('no match[] parameter provided');
    const instance = request.text('instance');
    const { catalogue } = await this.histories.of(instance);
    const nowMs = this.clock.now();
    const gone = new AbortController();
    nodeResponse(response).once('close', () => gone.abort());
    const added = new Map([
      ['job', 'performance-gateway'],
      ['instance', instance || this.instance],
    ]);
    await catalogue.latest({ selectors, fromMs: nowMs - LOOKBACK_MS, toMs: nowMs }, added, {
      signal: gone.signal,
      deliver: async (texts) => {
        const taken = takeResponse(response);
        taken.setHeader('Content-Type', METRICS_CONTENT_TYPES.text);
        taken.end(texts.join(''));
      },
    });
  }

  /** That the process answers. */
  @Get('-/healthy')
  @RouteAccess('read')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  healthy(): string {
    return 'performance-gateway is healthy.\n';
  }

  /** That queries are answered, which they are as soon as anything is; `/readyz` says more. */
  @Get('-/ready')
  @RouteAccess('read')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  ready(): string {
    return 'performance-gateway is ready.\n';
  }
}
