import { Body, Controller, Get, HttpCode, Post, Query, UseFilters } from '@nestjs/common';
import { ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RouteAccess } from '../../http';
import { formatQuery, queryTree } from '../../monitoring/internal';
import { parsedQuery } from './parsed-query';
import { PrometheusErrorFilter } from './prometheus-error.filter';
import { FORM } from './prometheus.controller';
import { PrometheusRequest } from './prometheus-parameters';
import {
  formatResponse,
  type PrometheusParameters,
  succeeded,
  type Success,
  textParameters,
  treeResponse,
} from './prometheus.schemas';

/** What editors of queries ask: a query written well, and its tree. Nothing is evaluated. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@RouteAccess('read')
@Controller('performance/prometheus/api/v1')
export class PrometheusLanguageController {
  /** The query, indented where it is long. */
  @Get('format_query')
  @ApiOkResponse({ standardSchema: formatResponse })
  format(@Query({ schema: textParameters }) url: PrometheusParameters): Success<string> {
    return succeeded(formatQuery(parsedQuery(new PrometheusRequest(url))));
  }

  /** The same by POST. */
  @Post('format_query')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: formatResponse })
  formatByForm(
    @Query({ schema: textParameters }) url: PrometheusParameters,
    @Body({ schema: textParameters.optional() }) form: PrometheusParameters | undefined,
  ): Success<string> {
    return succeeded(formatQuery(parsedQuery(new PrometheusRequest(url, form))));
  }

  /** The tree of the query, in the JSON of Prometheus 3. */
  @Get('parse_query')
  @ApiOkResponse({ standardSchema: treeResponse })
  parse(@Query({ schema: textParameters }) url: PrometheusParameters): Success<Record<string, unknown>> {
    return succeeded(queryTree(parsedQuery(new PrometheusRequest(url))));
  }

  /** The same by POST. */
  @Post('parse_query')
  @HttpCode(200)
  @ApiConsumes(FORM)
  @ApiOkResponse({ standardSchema: treeResponse })
  parseByForm(
    @Query({ schema: textParameters }) url: PrometheusParameters,
    @Body({ schema: textParameters.optional() }) form: PrometheusParameters | undefined,
  ): Success<Record<string, unknown>> {
    return succeeded(queryTree(parsedQuery(new PrometheusRequest(url, form))));
  }
}
