import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AlertsService } from '../../alerting';
import { Notifications, occurrenceOfTransition } from '../../alerting/internal';
import { RouteAccess } from '../../http';
import {
  alertEventResponse,
  type AlertEventResponse,
  alertResponse,
  type AlertResponse,
  type AlertsQuery,
  alertsQuery,
  type HistoryParameters,
  historyQuery,
} from './alerts.schemas';
import { alertView, eventView } from './alerts-views';

const at = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));

/** Alerts as of now and what changed. */
@ApiTags('alerts')
@RouteAccess('read')
@Controller('performance/alerts')
export class AlertsController {
  constructor(
    private readonly alerts: AlertsService,
    private readonly notifications: Notifications,
  ) {}

  /** Every alert rule with its present value, also those that are quiet; resolved ones for 15 minutes. */
  @Get()
  @ApiOkResponse({ standardSchema: alertResponse, isArray: true })
  async list(@Query({ schema: alertsQuery }) { state, name, severity }: AlertsQuery): Promise<AlertResponse[]> {
    const alerts = await this.alerts.list();
    return alerts
      .filter((alert) => state === undefined || alert.state === state)
      .filter((alert) => name === undefined || alert.name === name)
      .filter((alert) => severity === undefined || alert.severity === severity)
      .map(alertView);
  }

  /**
   * The changes of state of the last 90 days, the latest first, with what was told of each and who silenced and
   * acknowledged; without a database the last thousand.
   */
  @Get('history')
  @ApiOkResponse({ standardSchema: alertEventResponse, isArray: true })
  async history(@Query({ schema: historyQuery }) query: HistoryParameters): Promise<AlertEventResponse[]> {
    const { from, until, ...rest } = query;
    const events = await this.alerts.history({ ...rest, fromMs: at(from), untilMs: at(until) });
    const concerning = await this.notifications.concerning(events);
    return events.map((event) => eventView(event, concerning.get(occurrenceOfTransition(event) ?? '') ?? []));
  }
}
