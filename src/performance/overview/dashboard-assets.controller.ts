import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FrameworkRequest, type FrameworkResponse, RouteAccess } from '../../http';
import { dashboardAsset, sendAsset } from './dashboard-assets';
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
    const asset = dashboardAsset(file);
    if (asset === undefined) throw new NotFoundException();
    sendAsset(request, response, asset);
  }
}
