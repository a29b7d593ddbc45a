import { Body, Controller, Get, HttpCode, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '../../common/clock';
import { type FrameworkResponse, RouteAccess } from '../../http';
import { PromqlBadDataError, PromqlParseError, StoredHistories } from '../../monitoring/internal';
import { PrometheusErrorFilter } from './prometheus-error.filter';
import { answerQuery } from './prometheus-answer';
import { PrometheusRequest } from './prometheus-parameters';
import { type PrometheusParameters, queryParameters, queryResponse, rangeParameters } from './prometheus.schemas';

export const FORM = 'application/x-www-form-urlencoded';

/** The queries of the Prometheus HTTP API: what Grafana and promtool ask. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@RouteAccess('read')
@Controller('performance/prometheus/api/v1')
export class PrometheusController {
  constructor(
    private readonly histories: StoredHistories,
    private readonly clock: Clock,
  ) {}

  /** The value of a query at one time. */
  @Get('query')
  @ApiOkResponse({ standardSchema: queryResponse })
  query(
    @Query({ schema: queryParameters }) url: PrometheusParameters,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.instant(new PrometheusRequest(url), response);
  }

  /** The same by POST, for queries too long for a URL. */
  @Post('query')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: queryResponse })
  queryByForm(
    @Query({ schema: queryParameters }) url: PrometheusParameters,
    @Body({ schema: queryParameters.optional() }) form: PrometheusParameters | undefined,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.instant(new PrometheusRequest(url, form), response);
  }

  /** The values of a query from start to end, at most 11,000 steps. */
  @Get('query_range')
  @ApiOkResponse({ standardSchema: queryResponse })
  queryRange(
    @Query({ schema: rangeParameters }) url: PrometheusParameters,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.range(new PrometheusRequest(url), response);
  }

  /** The same by POST. */
  @Post('query_range')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: queryResponse })
  queryRangeByForm(
    @Query({ schema: rangeParameters }) url: PrometheusParameters,
    @Body({ schema: rangeParameters.optional() }) form: PrometheusParameters | undefined,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.range(new PrometheusRequest(url, form), response);
  }

  private async instant(request: PrometheusRequest, response: FrameworkResponse): Promise<void> {
    const timeMs = request.time('time', this.clock.now());
    const { timeoutMs, limit } = request;
    const { engine } = await this.histories.of(request.text('instance'));
    await answerQuery(response, 'instant', { timeoutMs, limit }, async (options) => {
      try {
        return await engine.instant(request.text('query'), timeMs, options);
      } catch (error) {
        if (!(error instanceof PromqlParseError)) throw error;
        throw new PromqlBadDataError(`invalid parameter "query": ${error.message}`, { cause: error });
      }
    });
  }

  private async range(request: PrometheusRequest, response: FrameworkResponse): Promise<void> {
    const startMs = request.time('start');
    const endMs = request.time('end');
    if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time');
    const stepMs = Math.floor(request.duration('step'));
    if (stepMs <= 0) {
      throw invalid(
        'step',
        'zero or negative query resolution step widths are not accepted. Try a positive integer of at least 1 ms',
      );
    }
    const { timeoutMs, limit } = request;
    const { engine } = await this.histories.of(request.text('instance'));
    await answerQuery(response, 'range', { timeoutMs, limit }, async (options) =>
      engine.range(request.text('query'), startMs, endMs, stepMs, options),
    );
  }
}

const invalid = (name: string, problem: string) => new PromqlBadDataError(`invalid parameter "${name}": ${problem}`);
