import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { RouteAccess } from '../../http';
import { DASHBOARD_ASSETS, type DashboardAsset } from './dashboard-assets';
import { dashboardAssetParams, type DashboardAssetParams } from './performance.schemas';

/** Scripts and styles of the dashboard's page; they hold no data, so anyone may have them. */
@ApiExcludeController()
@Controller('performance/dashboard/assets')
export class DashboardAssetsController {
  @Get(':file')
  @RouteAccess('public')
  asset(
    @Param({ schema: dashboardAssetParams }) { file }: DashboardAssetParams,
    @Req() request: Request,
    @Res() response: Response,
  ): void {
    const asset = DASHBOARD_ASSETS.get(file);
    if (asset === undefined) throw new NotFoundException();
    sendAsset(request, response, asset);
  }
}

/** Sends the file, or 304 when the browser has this version; it asks each time, so that an upgrade is seen at once. */
export function sendAsset(request: Request, response: Response, { contentType, body, etag }: DashboardAsset): void {
  response.set({ 'Content-Type': contentType, ETag: etag, 'Cache-Control': 'no-cache' });
  if (request.fresh) response.status(304).end();
  else response.end(body);
}
