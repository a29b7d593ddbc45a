import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { RouteAccess } from '../../http/access.decorator';
import { type CatalogueEntry, catalogueEntry } from '../../monitoring/exposition/catalogue';
import { OPEN_METRICS, PROMETHEUS_TEXT } from '../../monitoring/exposition/exposition-format';
import { MetricRecorder } from '../../monitoring/registry/metric-recorder';
import { MetricsExposition } from './metrics-exposition';
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
    private readonly exposition: MetricsExposition,
    private readonly recorder: MetricRecorder,
  ) {}

  /** Every metric: as a JSON catalogue, or in one of Prometheus's text formats when `Accept` prefers one. */
  @Get()
  @RouteAccess('read')
  @ApiProduces('application/json', PROMETHEUS_TEXT.contentType, OPEN_METRICS.contentType)
  @ApiOkResponse({ standardSchema: catalogueEntryResponse, isArray: true })
  list(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.exposition.answer(request, response, ['json', 'text', 'openmetrics']);
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
