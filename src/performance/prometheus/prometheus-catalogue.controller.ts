import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RouteAccess } from '../../http';
import { PromqlBadDataError, SeriesCatalogue, SeriesStore } from '../../monitoring/internal';
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
  succeeded,
  type Success,
} from './prometheus.schemas';

interface Metadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** What there is to be asked about: series, labels, metrics. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@RouteAccess('read')
@Controller('performance/prometheus/api/v1')
export class PrometheusCatalogueController {
  constructor(
    private readonly catalogue: SeriesCatalogue,
    private readonly store: SeriesStore,
  ) {}

  /** The label sets of the series that match any of the selectors. */
  @Get('series')
  @ApiOkResponse({ standardSchema: seriesResponse })
  series(@Query({ schema: catalogueParameters }) url: PrometheusParameters, @Res() response: Response): Promise<void> {
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
    @Res() response: Response,
  ): Promise<void> {
    return this.listSeries(new PrometheusRequest(url, form), response);
  }

  /** The names of all labels. */
  @Get('labels')
  @ApiOkResponse({ standardSchema: namesResponse })
  async labels(@Query({ schema: catalogueParameters }) url: PrometheusParameters): Promise<Success<string[]>> {
    return succeeded(await this.catalogue.labelNames(new PrometheusRequest(url).catalogue()));
  }

  /** The same by POST. */
  @Post('labels')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: namesResponse })
  async labelsByForm(
    @Query({ schema: catalogueParameters }) url: PrometheusParameters,
    @Body({ schema: catalogueParameters.optional() }) form: PrometheusParameters | undefined,
  ): Promise<Success<string[]>> {
    return succeeded(await this.catalogue.labelNames(new PrometheusRequest(url, form).catalogue()));
  }

  /** The values of one label. */
  @Get('label/:name/values')
  @ApiOkResponse({ standardSchema: namesResponse })
  async labelValues(
    @Param({ schema: labelParameters }) { name }: LabelParameters,
    @Query({ schema: catalogueParameters }) url: PrometheusParameters,
  ): Promise<Success<string[]>> {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new PromqlBadDataError(`invalid label name: "${name}"`);
    return succeeded(await this.catalogue.labelValues(name, new PrometheusRequest(url).catalogue()));
  }

  /** Kind, help and unit of each metric that has series. */
  @Get('metadata')
  @ApiOkResponse({ standardSchema: metadataResponse })
  metadata(@Query({ schema: metadataParameters }) url: PrometheusParameters): Success<Record<string, Metadata[]>> {
    const request = new PrometheusRequest(url);
    const limit = request.integer('limit') ?? -1;
    const metric = request.text('metric');
    const found: [string, Metadata[]][] = [];
    for (const [name, { kind, help, unit }] of this.store.metadata()) {
      if (limit >= 0 && found.length >= limit) break;
      if (metric === '' || metric === name) {
        found.push([name, [{ type: kind === 'untyped' ? 'unknown' : kind, help, unit }]]);
      }
    }
    return succeeded(Object.fromEntries(found));
  }

  private async listSeries(request: PrometheusRequest, response: Response): Promise<void> {
    const wanted = request.catalogue();
    if (wanted.selectors.length === 0) throw new PromqlBadDataError('no match[] parameter provided');
    const series = await this.catalogue.series(wanted);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(`{"status":"success","data":[${series.join()}]}`);
  }
}
