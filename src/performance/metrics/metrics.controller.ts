import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type AuditedRequest, AuditLog, type FrameworkRequest, type FrameworkResponse, RouteAccess } from '../../http';
import { type CatalogueEntry, PushedMetrics, METRICS_CONTENT_TYPES } from '../../monitoring/internal';
import { ChangesOverHttp } from '../instances/changes-over-http';
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
    private readonly changes: ChangesOverHttp,
    private readonly audit: AuditLog,
  ) {}

  /** Every metric: as a JSON catalogue, or in one of Prometheus's text formats when `Accept` prefers one. */
  @Get()
  @RouteAccess('read')
  @ApiProduces('application/json', METRICS_CONTENT_TYPES.text, METRICS_CONTENT_TYPES.openmetrics)
  @ApiOkResponse({ standardSchema: catalogueEntryResponse, isArray: true })
  async list(@Req() request: FrameworkRequest, @Res() response: FrameworkResponse): Promise<void> {
    await this.changes.catchUp();
    return this.answer.send(request, response, ['json', 'text', 'openmetrics']);
  }

  /** Registers a metric in every copy of the service; registering the same one again changes nothing. */
  @Post()
  @RouteAccess('admin')
  @ApiCreatedResponse({ standardSchema: catalogueEntryResponse })
  async register(
    @Body({ schema: metricBody }) { labels, ...metric }: MetricBody,
    @Req() request: AuditedRequest,
  ): Promise<CatalogueEntry> {
    const isNew = !this.recorder.has(metric.name);
    const entry = await this.changes.declare({ ...metric, labelNames: labels });
    if (isNew) this.audit.record(request, { action: 'metric.declare', target: metric.name, after: entry });
    return entry;
  }

  /** Takes a metric back that was declared over HTTP: its series end in every copy of the service, its name is free. */
  @Delete(':name')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: catalogueEntryResponse })
  async takeBack(
    @Param({ schema: metricParams }) { name }: MetricParams,
    @Req() request: AuditedRequest,
  ): Promise<CatalogueEntry> {
    await this.changes.catchUp();
    const before = await this.changes.takeBack(name);
    this.audit.record(request, { action: 'metric.remove', target: before.name, before });
    return before;
  }

  /** Records one or many values of a registered metric; either all are recorded or, when one is not valid, none. */
  @Post(':name/samples')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: recordedResponse })
  async record(
    @Param({ schema: metricParams }) { name }: MetricParams,
    @Body({ schema: samplesBody }) body: SamplesBody,
  ): Promise<{ name: string; recorded: number }> {
    if (!this.recorder.has(name)) await this.changes.catchUp();
    const samples = 'samples' in body ? body.samples : [body];
    this.recorder.record(name, samples);
    return { name, recorded: samples.length };
  }
}
