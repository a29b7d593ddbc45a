import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { addVary, type FrameworkRequest, nodeRequest, prefersHtml, RouteAccess, sendJson } from '../../http';
import { type GraphQuery, graphQuery, rootResponse, type RootResponse } from './performance.schemas';
import { type Presentation, PRESENTATION } from './presentation';

/** Relative, so that it is also right behind a proxy that takes a prefix away. */
const DASHBOARD = 'performance/dashboard';

function entryPoints({ docs }: Presentation): RootResponse {
  return {
    name: 'performance-gateway',
    links: {
      dashboard: '/performance/dashboard',
      overview: '/performance',
      metrics: '/metrics',
      prometheus: '/performance/prometheus/api/v1/query',
      ...(docs === undefined ? {} : { docs, openapi: `${docs}-json` }),
      live: '/livez',
      ready: '/readyz',
    },
  };
}

/** The answer for clients that only know the port. The service alone has it: the root of another application is its own. */
@ApiTags('overview')
@Controller()
export class RootController {
  constructor(@Inject(PRESENTATION) private readonly presentation: Presentation) {}

  /** A browser is sent to the dashboard; other clients get the addresses worth knowing. */
  @Get()
  @RouteAccess('public')
  @ApiProduces('application/json')
  @ApiOkResponse({ standardSchema: rootResponse })
  root(@Req() request: FrameworkRequest, @Res() response: Response): void {
    addVary(response, 'Accept');
    if (prefersHtml(nodeRequest(request))) response.redirect(DASHBOARD);
    else sendJson(response, entryPoints(this.presentation));
  }

  /** Where the links of alerts lead, which are those of Prometheus: to the expression on the dashboard. */
  @Get('graph')
  @RouteAccess('public')
  @ApiExcludeEndpoint()
  graph(@Query({ schema: graphQuery }) { 'g0.expr': query }: GraphQuery, @Res() response: Response): void {
    response.redirect(`${DASHBOARD}#/explore${query === undefined ? '' : `?${new URLSearchParams({ query })}`}`);
  }
}
