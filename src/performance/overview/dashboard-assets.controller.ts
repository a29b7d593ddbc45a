import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FrameworkRequest, type FrameworkResponse, nodeRequest, RouteAccess, takeResponse } from '../../http';
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
    @Req() request: FrameworkRequest,
    @Res() response: FrameworkResponse,
  ): void {
    const asset = DASHBOARD_ASSETS.get(file);
    if (asset === undefined) throw new NotFoundException();
    sendAsset(request, response, asset);
  }
}

/** Sends the file, or 304 when the browser has this version; it asks each time, so that an upgrade is seen at once. */
export function sendAsset(
  request: FrameworkRequest,
  answer: FrameworkResponse,
  { contentType, body, etag }: DashboardAsset,
): void {
  const response = takeResponse(answer);
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', 'no-cache');
  if (isKnown(nodeRequest(request).headers['if-none-match'], etag)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

/** Whether the client has this version: it may name several, and weak ones count as well (RFC 9110, 13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  const known = new Set((header ?? '').split(',').map((tag) => tag.trim()));
  return known.has('*') || known.has(etag) || known.has(`W/${etag}`);
}
