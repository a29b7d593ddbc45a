import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { lengthProblem } from '../../common/text-limit';
import { type FrameworkResponse, RouteAccess } from '../../http';
import { type MetricMetadata, PromqlBadDataError, StoredHistories } from '../../monitoring/internal';
import { answerList } from './prometheus-answer';
import { PrometheusErrorFilter } from './prometheus-error.filter';
import { FORM } from './prometheus.controller';
import { PrometheusRequest } from './prometheus-parameters';
import {
  catalogueParameters,
  type LabelParameters,
  labelParameters,
  metadataParameters,
  metadataResponse,
  namesResponse,
  type PrometheusParameters,
  seriesResponse,
} from './prometheus.schemas';

const MAX_NAME_LENGTH = 256;

/** What there is to be asked about: series, labels, metrics. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@RouteAccess('read')
@Controller('performance/prometheus/api/v1')
export class PrometheusCatalogueController {
  constructor(private readonly histories: StoredHistories) {}

  /** The label sets of the series that match any of the selectors. */
  @Get('series')
  @ApiOkResponse({ standardSchema: seriesResponse })
  series(
    @Query({ schema: catalogueParameters }) url: PrometheusParameters,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.listSeries(new PrometheusRequest(url), response);
  }

  /** The same by POST. */
  @Post('series')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: seriesResponse })
  seriesByForm(
    @Query({ schema: catalogueParameters }) url: PrometheusParameters,
    @Body({ schema: catalogueParameters.optional() }) form: PrometheusParameters | undefined,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.listSeries(new PrometheusRequest(url, form), response);
  }

  /** The names of all labels. */
  @Get('labels')
  @ApiOkResponse({ standardSchema: namesResponse })
  labels(
    @Query({ schema: catalogueParameters }) url: PrometheusParameters,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.listNames(new PrometheusRequest(url), response);
  }

  /** The same by POST. */
  @Post('labels')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: namesResponse })
  labelsByForm(
    @Query({ schema: catalogueParameters }) url: PrometheusParameters,
    @Body({ schema: catalogueParameters.optional() }) form: PrometheusParameters | undefined,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    return this.listNames(new PrometheusRequest(url, form), response);
  }

  /** The values of one label. */
  @Get('label/:name/values')
  @ApiOkResponse({ standardSchema: namesResponse })
  async labelValues(
    @Param({ schema: labelParameters }) { name }: LabelParameters,
    @Query({ schema: catalogueParameters }) url: PrometheusParameters,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    const problem = lengthProblem('the name of the label', name, MAX_NAME_LENGTH);
    if (problem !== undefined) throw new PromqlBadDataError(problem);
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new PromqlBadDataError(`invalid label name: "${name}"`);
    const request = new PrometheusRequest(url);
    const wanted = request.catalogue();
    const { catalogue } = await this.histories.of(request.text('instance'));
    await answerList(response, '[]', request.limit, (options) => catalogue.labelValues(name, wanted, options));
  }

  /** Kind, help and unit of each metric that has series; of another copy's, as far as this one knows them. */
  @Get('metadata')
  @ApiOkResponse({ standardSchema: metadataResponse })
  async metadata(
    @Query({ schema: metadataParameters }) url: PrometheusParameters,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    const request = new PrometheusRequest(url);
    let left = request.integer('limit') ?? -1;
    const metric = request.text('metric');
    const describe = (name: string, { kind, help, unit }: MetricMetadata) => {
      if (left === 0 || (metric !== '' && metric !== name)) return undefined;
      left--;
      return [{ type: kind === 'untyped' ? 'unknown' : kind, help, unit }];
    };
    const { catalogue } = await this.histories.of(request.text('instance'));
    await answerList(response, '{}', 0, (options) => catalogue.metrics(describe, options));
  }

  private async listSeries(request: PrometheusRequest, response: FrameworkResponse): Promise<void> {
    const wanted = request.catalogue();
    if (wanted.selectors.length === 0) throw new PromqlBadDataError('no match[] parameter provided');
    const { catalogue } = await this.histories.of(request.text('instance'));
    await answerList(response, '[]', request.limit, (options) => catalogue.series(wanted, options));
  }

  private async listNames(request: PrometheusRequest, response: FrameworkResponse): Promise<void> {
    const wanted = request.catalogue();
    const { catalogue } = await this.histories.of(request.text('instance'));
    await answerList(response, '[]', request.limit, (options) => catalogue.labelNames(wanted, options));
  }
}
