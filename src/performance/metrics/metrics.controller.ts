import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { RouteAccess } from '../../http';
import { type CatalogueEntry, catalogueEntry, PushedMetrics, METRICS_CONTENT_TYPES } from '../../monitoring/internal';
import { MetricsAnswer } from './metrics-answer';
import {
  catalogueEntryResponse,
  metricBody,
  metricParams,
  recordedResponse,
  samplesBody,
  type MetricBody,
  type MetricParams,
  type SamplesBody,
} from './metrics.schemas';

/** All metrics, and those that callers outside the process make and record. */
@ApiTags('metrics')
@Controller('performance/metrics')
export class MetricsController {
  constructor(
    private readonly answer: MetricsAnswer,
    private readonly recorder: PushedMetrics,
  ) {}

  /** Every metric: as a JSON catalogue, or in one of Prometheus's text formats when `Accept` prefers one. */
  @Get()
  @RouteAccess('read')
  @ApiProduces('application/json', METRICS_CONTENT_TYPES.text, METRICS_CONTENT_TYPES.openmetrics)
  @ApiOkResponse({ standardSchema: catalogueEntryResponse, isArray: true })
  list(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer.send(request, response, ['json', 'text', 'openmetrics']);
  }

  /** Registers a metric; registering the same one again changes nothing. */
  @Post()
  @RouteAccess('admin')
  @ApiCreatedResponse({ standardSchema: catalogueEntryResponse })
  register(@Body({ schema: metricBody }) { labels, ...metric }: MetricBody): CatalogueEntry {
    return catalogueEntry(this.recorder.register({ ...metric, labelNames: labels }));
  }

  /** Records one or many values of a registered metric; either all are recorded or, when one is not valid, none. */
  @Post(':name/samples')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: recordedResponse })
  record(
    @Param({ schema: metricParams }) { name }: MetricParams,
    @Body({ schema: samplesBody }) body: SamplesBody,
  ): { name: string; recorded: number } {
    const samples = 'samples' in body ? body.samples : [body];
    this.recorder.record(name, samples);
    return { name, recorded: samples.length };
  }
}
