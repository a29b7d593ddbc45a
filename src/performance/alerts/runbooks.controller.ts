import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FrameworkRequest, type FrameworkResponse, RouteAccess } from '../../http';
import { sendAsset } from '../overview/dashboard-assets';
import { type RunbookParams, runbookParams } from './alerts.schemas';
import { RUNBOOK_PAGES } from './runbook-pages';

/** The pages that the shipped alerts link to. They hold no data, and who is woken has no token at hand: anyone may read. */
@ApiExcludeController()
@Controller('performance/runbooks')
export class RunbooksController {
  @Get(':alert')
  @RouteAccess('public')
  page(
    @Param({ schema: runbookParams }) { alert }: RunbookParams,
    @Req() request: FrameworkRequest,
    @Res() response: FrameworkResponse,
  ): void {
    const page = RUNBOOK_PAGES.get(alert);
    if (page === undefined) throw new NotFoundException();
    sendAsset(request, response, page);
  }
}
