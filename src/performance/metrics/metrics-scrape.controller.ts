import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type FrameworkRequest, type FrameworkResponse, RouteAccess } from '../../http';
import { METRICS_CONTENT_TYPES } from '../../monitoring/internal';
import { MetricsAnswer } from './metrics-answer';
import { scrapeParameters, type ScrapeParameters } from './metrics.schemas';

/** Where Prometheus scrapes. */
@ApiTags('metrics')
@Controller('metrics')
export class MetricsScrapeController {
  constructor(private readonly answer: MetricsAnswer) {}

  /** Every metric in Prometheus's text format 0.0.4, or OpenMetrics 1.0 when `Accept` prefers it. */
  @Get()
  @RouteAccess('read')
  @ApiProduces(METRICS_CONTENT_TYPES.text, METRICS_CONTENT_TYPES.openmetrics)
  @ApiOkResponse({ schema: { type: 'string' } })
  scrape(
    @Req() request: FrameworkRequest,
    @Res() response: FrameworkResponse,
    @Query({ schema: scrapeParameters }) _parameters: ScrapeParameters,
  ): Promise<void> {
    return this.answer.send(request, response, ['text', 'openmetrics']);
  }
}
