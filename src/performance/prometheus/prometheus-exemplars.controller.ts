import { Body, Controller, Get, HttpCode, Post, Query, UseFilters } from '@nestjs/common';
import { ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RouteAccess } from '../../http';
import { ExemplarStore, formatValue, PromqlBadDataError, selectorsOf } from '../../monitoring/internal';
import { PrometheusErrorFilter } from './prometheus-error.filter';
import { FORM } from './prometheus.controller';
import { PrometheusRequest } from './prometheus-parameters';
import { parsedQuery } from './parsed-query';
import {
  exemplarParameters,
  exemplarsResponse,
  type ExemplarsOfSeries,
  type PrometheusParameters,
  succeeded,
  type Success,
} from './prometheus.schemas';

/** Single measurements behind the series, usually with the trace they were part of. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@RouteAccess('read')
@Controller('performance/prometheus/api/v1')
export class PrometheusExemplarsController {
  constructor(private readonly exemplars: ExemplarStore) {}

  /** The exemplars of every series that the query selects, of all times unless `start` or `end` are given. */
  @Get('query_exemplars')
  @ApiOkResponse({ standardSchema: exemplarsResponse })
  query(@Query({ schema: exemplarParameters }) url: PrometheusParameters): Success<ExemplarsOfSeries[]> {
    return this.answer(new PrometheusRequest(url));
  }

  /** The same by POST. */
  @Post('query_exemplars')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: exemplarsResponse })
  queryByForm(
    @Query({ schema: exemplarParameters }) url: PrometheusParameters,
    @Body({ schema: exemplarParameters.optional() }) form: PrometheusParameters | undefined,
  ): Success<ExemplarsOfSeries[]> {
    return this.answer(new PrometheusRequest(url, form));
  }

  private answer(request: PrometheusRequest): Success<ExemplarsOfSeries[]> {
    const { fromMs, toMs } = request.times;
    if (toMs < fromMs)
      throw new PromqlBadDataError('invalid parameter "end": end timestamp must not be before start timestamp');
    const selectors = selectorsOf(parsedQuery(request));
    const data = this.exemplars.select(selectors, fromMs, toMs).map(({ series, exemplars }) => ({
      seriesLabels: series.toObject(),
      exemplars: exemplars.map(({ labels, value, timestampMs }) => ({
        labels: labels.toObject(),
        value: formatValue(value),
        timestamp: timestampMs / 1_000,
      })),
    }));
    return succeeded(data);
  }
}
