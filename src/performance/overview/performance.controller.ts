import { Controller, Get, Inject, Optional, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { AlertsService } from '../../alerting';
import { NotificationHealth } from '../../alerting/internal';
import { CacheService } from '../../cache';
import { hitRate } from '../../cache/internal';
import { CopiesJob } from '../../copies';
import {
  addVary,
  CredentialsHealth,
  type FrameworkRequest,
  type FrameworkResponse,
  nodeRequest,
  pathOf,
  prefersHtml,
  RouteAccess,
  sendJson,
  takeResponse,
} from '../../http';
import { MonitoringHealth, SeriesStore } from '../../monitoring/internal';
import { PoolRegistry } from '../../pools';
import { SERVICE_VERSION } from '../../common/service-version';
import { alertView } from '../alerts/alerts-views';
import { dashboardPage, sendAsset } from './dashboard-assets';
import {
  dashboardResponse,
  healthResponse,
  overviewResponse,
  type DashboardResponse,
  type HealthResponse,
  type OverviewResponse,
} from './performance.schemas';
import { type Presentation, PRESENTATION } from './presentation';
import { INSTANCE_NAME } from '../instances/instance-name';
import { cacheRows, healthView, poolRows, type ServiceFigures } from './performance-views';

/** The service at a glance; each area has a controller of its own beside it. */
@ApiTags('overview')
@RouteAccess('read')
@Controller('performance')
export class PerformanceController {
  constructor(
    private readonly cache: CacheService,
    private readonly pools: PoolRegistry,
    private readonly series: SeriesStore,
    private readonly monitoring: MonitoringHealth,
    private readonly alerts: AlertsService,
    private readonly notifications: NotificationHealth,
    @Inject(PRESENTATION) private readonly presentation: Presentation,
    @Inject(INSTANCE_NAME) private readonly instance: string,
    @Optional() private readonly copies?: CopiesJob,
    @Optional() private readonly credentials?: CredentialsHealth,
  ) {}

  /** The main figures and where to find more. */
  @Get()
  @ApiOkResponse({ standardSchema: overviewResponse })
  overview(@Req() request: FrameworkRequest): OverviewResponse {
    const { name: called, docs } = this.presentation;
    // Where the application has a global prefix, the links have it as well.
    const here = pathOf(nodeRequest(request)).replace(/\/$/, '');
    const figures = this.figures();
    const { status, uptimeSeconds } = healthView(figures);
    const { memory, namespaces } = figures.cache;
    const total = (count: 'hits' | 'misses') => namespaces.reduce((sum, one) => sum + one.memory[count], 0);
    const { series, samples, bytes, oldestMs } = figures.series;
    return {
      name: called,
      version: SERVICE_VERSION,
      instance: figures.instance,
      status,
      uptimeSeconds,
      cache: {
        hitRate: hitRate(total('hits'), total('misses')),
        entries: memory.entries,
        bytes: memory.bytes,
        limitBytes: memory.limitBytes,
      },
      pools: poolRows(figures.pools).map(({ name, state, inUse, max, waiting }) => ({
        name,
        state,
        inUse,
        max,
        waiting,
      })),
      monitoring: {
        series,
        samples,
        bytes,
        oldestSample: oldestMs === undefined ? null : new Date(oldestMs).toISOString(),
      },
      firingAlerts: this.alerts.active().filter(({ state, severity }) => state === 'firing' && severity !== 'none')
        .length,
      links: {
        health: `${here}/health`,
        dashboard: `${here}/dashboard`,
        cache: `${here}/cache`,
        instances: `${here}/instances`,
        pools: `${here}/pools`,
        metrics: `${here}/metrics`,
        alerts: `${here}/alerts`,
        benchmark: `${here}/benchmark`,
        prometheus: `${here}/prometheus/api/v1/query`,
        ...(docs === undefined ? {} : { docs }),
      },
    };
  }

  /** How each part is, as last seen; degraded as soon as one is not well. Always 200: probes have `/readyz`. */
  @Get('health')
  @ApiOkResponse({ standardSchema: healthResponse })
  health(): HealthResponse {
    return healthView(this.figures());
  }

  /** The page for a browser; for everything else the figures it shows. */
  @Get('dashboard')
  @RouteAccess('page')
  @ApiProduces('application/json', 'text/html')
  @ApiOkResponse({ standardSchema: dashboardResponse })
  dashboard(@Req() caller: FrameworkRequest, @Res() response: FrameworkResponse): void {
    const request = nodeRequest(caller);
    if (prefersHtml(request)) {
      addVary(takeResponse(response), 'Accept');
      return sendAsset(request, response, dashboardPage(this.presentation, pathOf(request)));
    }
    const figures = this.figures();
    const answer: DashboardResponse = {
      ...healthView(figures),
      pools: poolRows(figures.pools),
      cache: cacheRows(figures.cache),
      alerts: this.alerts
        .active()
        .filter(({ severity }) => severity !== 'none') // the Watchdog, which says nothing to people
        .map(alertView),
    };
    addVary(takeResponse(response), 'Accept');
    sendJson(response, answer);
  }

  private figures(): ServiceFigures {
    return {
      pools: this.pools.stats(),
      cache: this.cache.stats(),
      series: this.series.stats(),
      monitoring: this.monitoring.stats(),
      uptimeSeconds: Math.round(process.uptime()),
      instance: this.instance,
      copies: this.copies?.isShared ? { problem: this.copies.problem() } : undefined,
      notifications: this.notifications.isConfigured ? { problem: this.notifications.problem() } : undefined,
      security: this.credentials && { problem: this.credentials.problem() },
    };
  }
}
