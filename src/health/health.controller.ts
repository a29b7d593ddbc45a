import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RouteAccess } from '../http/access.decorator';
import { probeAnswer, type ProbeAnswer, probeQuery, type ProbeQuery } from './health.schemas';
import { Lifecycle } from './lifecycle';
import { Readiness } from './readiness';

/** The probes of Kubernetes: public, unlimited and only a status; `?verbose` adds the checks and needs a token. */
@ApiTags('health')
@RouteAccess('probe')
@Controller()
export class HealthController {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly readiness: Readiness,
  ) {}

  /** Whether the process answers at all; it is restarted when not. */
  @Get('livez')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ standardSchema: probeAnswer })
  async live(@Query({ schema: probeQuery }) { verbose }: ProbeQuery): Promise<ProbeAnswer> {
    return verbose === undefined
      ? { status: 'ok' }
      : { status: 'ok', checks: (await this.readiness.check('all')).checks };
  }

  /** Whether requests should be sent here: 503 while starting or draining, or without what READINESS_REQUIRES names. */
  @Get('readyz')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ standardSchema: probeAnswer })
  @ApiServiceUnavailableResponse({ standardSchema: probeAnswer })
  async ready(
    @Query({ schema: probeQuery }) { verbose }: ProbeQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ProbeAnswer> {
    const { status, checks } = await this.readiness.check(verbose === undefined ? 'required' : 'all');
    const serving = status === 'ok' || status === 'degraded';
    response.status(serving ? 200 : 503);
    if (verbose !== undefined) return { status, checks };
    return { status: serving ? 'ok' : status };
  }

  /** Whether the start is over; it stays so while draining. */
  @Get('startupz')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ standardSchema: probeAnswer })
  @ApiServiceUnavailableResponse({ standardSchema: probeAnswer })
  async started(
    @Query({ schema: probeQuery }) { verbose }: ProbeQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ProbeAnswer> {
    const starting = this.lifecycle.state === 'starting';
    response.status(starting ? 503 : 200);
    const status = starting ? 'starting' : 'ok';
    return verbose === undefined ? { status } : { status, checks: (await this.readiness.check('all')).checks };
  }
}
