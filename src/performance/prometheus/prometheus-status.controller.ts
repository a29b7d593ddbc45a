import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Query, Req, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RuleSource } from '../../alerting/internal';
import { RouteAccess } from '../../http';
import { PromqlBadDataError, SamplingJob } from '../../monitoring/internal';
import { SERVICE_VERSION } from '../../common/service-version';
import { PrometheusErrorFilter } from './prometheus-error.filter';
import { PrometheusRequest } from './prometheus-parameters';
import { alertView, ruleView, timeView } from './prometheus-views';
import {
  alertsResponse,
  type AlertView,
  buildInfoResponse,
  type PrometheusParameters,
  ruleParameters,
  rulesResponse,
  type RulesResponse,
  succeeded,
  type Success,
  targetParameters,
  targetsResponse,
  type TargetsResponse,
} from './prometheus.schemas';

/** What is read of a request to know where the caller sees this service. */
interface AskedRequest {
  readonly protocol: string;
  readonly headers: IncomingHttpHeaders;
}

/** What the service itself does as far as the Prometheus API can say it: rules, alerts, targets, versions. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@RouteAccess('read')
@Controller('performance/prometheus/api/v1')
export class PrometheusStatusController {
  constructor(
    private readonly ticks: SamplingJob,
    private readonly ruleSource: RuleSource,
  ) {}

  /** The rules by group, with their alerts. */
  @Get('rules')
  @ApiOkResponse({ standardSchema: rulesResponse })
  rules(@Query({ schema: ruleParameters }) url: PrometheusParameters): RulesResponse {
    const wanted = new PrometheusRequest(url).text('type').toLowerCase();
    if (!['', 'alert', 'record'].includes(wanted)) {
      throw new PromqlBadDataError(`invalid parameter "type": not supported value "${wanted}"`);
    }
    const groups = this.groups().map((group) => ({
      name: group.name,
      file: group.file,
      interval: group.intervalSeconds,
      limit: group.limit,
      rules: group.rules.filter(({ type }) => wanted === '' || type.startsWith(wanted)).map(ruleView),
      evaluationTime: group.evaluationSeconds,
      lastEvaluation: timeView(group.lastEvaluationMs),
    }));
    return succeeded({ groups });
  }

  /** The alerts that are pending or firing. */
  @Get('alerts')
  @ApiOkResponse({ standardSchema: alertsResponse })
  alerts(): Success<{ alerts: AlertView[] }> {
    const alerts = this.groups().flatMap(({ rules }) => rules.flatMap((rule) => rule.alerts.map(alertView)));
    return succeeded({ alerts });
  }

  /** The only target is this process, which measures itself; its series have no labels that name it. */
  @Get('targets')
  @ApiOkResponse({ standardSchema: targetsResponse })
  targets(
    @Query({ schema: targetParameters }) url: PrometheusParameters,
    @Req() request: AskedRequest,
  ): TargetsResponse {
    const state = new PrometheusRequest(url).text('state').toLowerCase();
    const active = state === '' || state === 'any' || state === 'active';
    return succeeded({ activeTargets: active ? [this.ownTarget(request)] : [], droppedTargets: [] });
  }

  /** `version` is the Prometheus that this API behaves like, `application` the program that answers. */
  @Get('status/buildinfo')
  @ApiOkResponse({ standardSchema: buildInfoResponse })
  buildInfo() {
    return succeeded({
      version: '2.42.0',
      revision: '',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
      application: 'performance-gateway',
      applicationVersion: SERVICE_VERSION,
      nodeVersion: process.version,
    });
  }

  private groups() {
    return this.ruleSource.groups();
  }

  private ownTarget(request: AskedRequest): TargetsResponse['data']['activeTargets'][number] {
    const address = request.headers.host ?? 'localhost';
    const scrapeUrl = `${request.protocol}://${address}/metrics`;
    const tick = this.ticks.record;
    const ran = tick?.lastDurationSeconds !== undefined;
    const interval = `${this.ticks.intervalMs / 1_000}s`;
    return {
      discoveredLabels: { __address__: address, __metrics_path__: '/metrics', __scheme__: request.protocol },
      labels: {},
      scrapePool: 'performance-gateway',
      scrapeUrl,
      globalUrl: scrapeUrl,
      lastError: tick?.lastFailed ? 'the last tick failed, see the log of the service' : '',
      lastScrape: timeView(tick?.lastStartedMs),
      lastScrapeDuration: tick?.lastDurationSeconds ?? 0,
      health: !ran ? 'unknown' : tick.lastFailed ? 'down' : 'up',
      scrapeInterval: interval,
      scrapeTimeout: interval,
    };
  }
}
