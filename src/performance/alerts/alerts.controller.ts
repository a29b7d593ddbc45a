import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AlertsService } from '../../alerting';
import { RouteAccess } from '../../http';
import { alertEventResponse, type AlertEventResponse, alertResponse, type AlertResponse } from './alerts.schemas';
import { alertView, finite } from './alerts-views';

/** Alerts as of now and what changed. */
@ApiTags('alerts')
@RouteAccess('read')
@Controller('performance/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  /** Every alert rule with its present value, also those that are quiet; resolved ones for 15 minutes. */
  @Get()
  @ApiOkResponse({ standardSchema: alertResponse, isArray: true })
  list(): AlertResponse[] {
    return this.alerts.list().map(alertView);
  }

  /** The last thousand changes of state, the latest first. */
  @Get('history')
  @ApiOkResponse({ standardSchema: alertEventResponse, isArray: true })
  history(): AlertEventResponse[] {
    return this.alerts.history().map(({ atMs, name, severity, from, to, value, labels }) => ({
      at: new Date(atMs).toISOString(),
      name,
      severity,
      from,
      to,
      value: finite(value),
      labels: labels.toObject(),
    }));
  }
}
