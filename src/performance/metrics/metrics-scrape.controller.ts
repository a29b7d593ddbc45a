import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { RouteAccess } from '../../http/access.decorator';
import { OPEN_METRICS, PROMETHEUS_TEXT } from '../../monitoring/exposition/exposition-format';
import { MetricsExposition } from './metrics-exposition';

/** Where Prometheus scrapes. */
@ApiTags('metrics')
@Controller('metrics')
export class MetricsScrapeController {
  constructor(private readonly exposition: MetricsExposition) {}

  /** Every metric in Prometheus's text format 0.0.4, or OpenMetrics 1.0 when `Accept` prefers it. */
  @Get()
  @RouteAccess('read')
  @ApiProduces(PROMETHEUS_TEXT.contentType, OPEN_METRICS.contentType)
  @ApiOkResponse({ schema: { type: 'string' } })
  scrape(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.exposition.answer(request, response, ['text', 'openmetrics']);
  }
}
