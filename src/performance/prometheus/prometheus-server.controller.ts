import { availableParallelism } from 'node:os';
import { Controller, Get, Inject, Query, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RouteAccess } from '../../http';
import {
  DEFAULT_PROMQL_OPTIONS,
  MONITORING_OPTIONS,
  type MonitoringOptions,
  PromqlBadDataError,
  StoredHistories,
} from '../../monitoring/internal';
import { PrometheusErrorFilter } from './prometheus-error.filter';
import { PrometheusRequest } from './prometheus-parameters';
import { timeView } from './prometheus-views';
import {
  configResponse,
  flagsResponse,
  type PrometheusParameters,
  runtimeInfoResponse,
  succeeded,
  targetMetadataParameters,
  targetMetadataResponse,
  tsdbParameters,
  tsdbResponse,
} from './prometheus.schemas';

const DEFAULT_TOP = 10;
const MAX_TOP = 1_000;

/** How this "Prometheus" is set up, and what its series are made of. */
@ApiTags('prometheus')
@UseFilters(PrometheusErrorFilter)
@RouteAccess('read')
@Controller('performance/prometheus/api/v1')
export class PrometheusServerController {
  private readonly startedAtMs = Date.now() - process.uptime() * 1_000;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly histories: StoredHistories,
  ) {}

  /** What a configuration of Prometheus would say of how this service measures itself; it has no secrets. */
  @Get('status/config')
  @ApiOkResponse({ standardSchema: configResponse })
  config() {
    const seconds = this.options.sampleIntervalMs / 1_000;
    const yaml = `global:\n  scrape_interval: ${seconds}s\n  scrape_timeout: ${seconds}s\n  evaluation_interval: ${seconds}s\n`;
    return succeeded({ yaml });
  }

  /** The limits of the store, by the names of Prometheus's flags. */
  @Get('status/flags')
  @ApiOkResponse({ standardSchema: flagsResponse })
  flags() {
    const { retentionMs, memoryLimitBytes } = this.options;
    return succeeded({
      'storage.tsdb.retention.time': `${retentionMs / 1_000}s`,
      'storage.tsdb.retention.size': `${memoryLimitBytes}B`,
      'query.max-samples': String(DEFAULT_PROMQL_OPTIONS.maxSamples),
      'query.lookback-delta': `${DEFAULT_PROMQL_OPTIONS.lookbackMs / 1_000}s`,
      'web.enable-remote-write-receiver': 'true',
    });
  }

  /** Since when the process runs, with what. */
  @Get('status/runtimeinfo')
  @ApiOkResponse({ standardSchema: runtimeInfoResponse })
  runtimeInfo() {
    return succeeded({
      startTime: timeView(this.startedAtMs),
      CWD: '',
      reloadConfigSuccess: true,
      lastConfigTime: timeView(this.startedAtMs),
      corruptionCount: 0,
      goroutineCount: 0,
      GOMAXPROCS: availableParallelism(),
      GOGC: '',
      GODEBUG: '',
      storageRetention: `${this.options.retentionMs / 1_000}s`,
    });
  }

  /** What takes most series: the first names, labels and pairs by their counts. */
  @Get('status/tsdb')
  @ApiOkResponse({ standardSchema: tsdbResponse })
  async tsdb(@Query({ schema: tsdbParameters }) url: PrometheusParameters) {
    const request = new PrometheusRequest(url);
    const limit = request.limit || DEFAULT_TOP;
    if (limit > MAX_TOP) throw new PromqlBadDataError(`invalid parameter "limit": ${limit} is more than ${MAX_TOP}`);
    const { catalogue, store } = await this.histories.of(request.text('instance'));
    const { series, labelPairs, ...counts } = await catalogue.cardinality(limit);
    const { oldestMs = 0, newestMs = 0 } = store.stats();
    const headStats = {
      numSeries: series,
      numLabelPairs: labelPairs,
      chunkCount: 0,
      minTime: oldestMs,
      maxTime: newestMs,
    };
    return succeeded({ headStats, ...counts });
  }

  /** Kind, help and unit of each metric, of the one target there is. */
  @Get('targets/metadata')
  @ApiOkResponse({ standardSchema: targetMetadataResponse })
  async targetMetadata(@Query({ schema: targetMetadataParameters }) url: PrometheusParameters) {
    const request = new PrometheusRequest(url);
    const metric = request.text('metric');
    const limit = request.limit || Infinity;
    const wanted = request.selector('match_target');
    const found = [];
    if (wanted.every((matcher) => matcher.matches(''))) {
      const { store } = await this.histories.of(request.text('instance'));
      for (const [name, { kind, help, unit }] of store.metadata()) {
        if (found.length >= limit) break;
        if (metric !== '' && metric !== name) continue;
        found.push({ target: {}, metric: name, type: kind === 'untyped' ? 'unknown' : kind, help, unit });
      }
    }
    return succeeded(found);
  }
}
