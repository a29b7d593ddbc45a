import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type KnownAlert, matchesAll, Notifications, parseMatchers } from '../../alerting/internal';
import { Clock } from '../../common/clock';
import { type AuditedRequest, AuditLog, RouteAccess } from '../../http';
import { noBody, type NoBody } from './alerts.schemas';
import { acknowledgementView, deliveryView, eventView, maintenanceView } from './notifications-views';
import {
  type AcknowledgeBody,
  acknowledgeBody,
  acknowledgementResponse,
  type AcknowledgementResponse,
  deliveriesQuery,
  type DeliveriesQuery,
  deliveryResponse,
  type DeliveryResponse,
  eventsQuery,
  type EventsQuery,
  eventsResponse,
  type EventsResponse,
  maintenanceBody,
  type MaintenanceBody,
  maintenanceParams,
  type MaintenanceParams,
  maintenanceResponse,
  type MaintenanceResponse,
  reloadedResponse,
  testBody,
  type TestBody,
  testResponse,
} from './notifications.schemas';

/** Who is told of alerts, and what they were told. */
@ApiTags('alerts')
@Controller('performance/alerts')
export class NotificationsController {
  constructor(
    private readonly notifications: Notifications,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** Sends a marked test to every receiver, or to one, and answers what each said. */
  @Post('test')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: testResponse, isArray: true })
  async test(@Body({ schema: testBody }) { receiver }: TestBody, @Req() request: AuditedRequest) {
    this.audit.record(request, { action: 'alerts.test', target: receiver ?? 'all receivers' });
    return this.notifications.test(receiver);
  }

  /** What each receiver was told of each group, what still waits, and what was given up. */
  @Get('deliveries')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: deliveryResponse, isArray: true })
  async deliveries(
    @Query({ schema: deliveriesQuery }) { state, receiver }: DeliveriesQuery,
  ): Promise<DeliveryResponse[]> {
    const { core } = this.notifications;
    await core.catchUp();
    return [...core.ledger.values()]
      .map(deliveryView)
      .filter((delivery) => state === undefined || delivery.state === state)
      .filter((delivery) => receiver === undefined || delivery.receiver === receiver);
  }

  /** What was told to whom and what they answered, who silenced and acknowledged, for 90 days; the latest first. */
  @Get('notifications')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: eventsResponse })
  async events(@Query({ schema: eventsQuery }) query: EventsQuery): Promise<EventsResponse> {
    const { from, to, kind, alertname, limit, cursor } = query;
    const { events, next } = await this.notifications.events.events({
      fromMs: from === undefined ? 0 : Date.parse(from),
      toMs: to === undefined ? this.clock.now() : Date.parse(to),
      kind,
      alertname,
      limit,
      before: cursor,
    });
    return { events: events.map(eventView), next: next ?? null };
  }

  /** Who has acknowledged which alerts. */
  @Get('acknowledgements')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: acknowledgementResponse, isArray: true })
  async acknowledgements(): Promise<AcknowledgementResponse[]> {
    const { core } = this.notifications;
    await core.catchUp();
    return [...core.acknowledgements.all()].map((each) =>
      acknowledgementView(each, core.book.get(each.fingerprint)?.labels ?? {}),
    );
  }

  /**
   * Acknowledges the alerts that fire and match: their repeats stop until they are resolved. What joins them, such as the
   * same at a higher severity, is told.
   */
  @Post('acknowledgements')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: acknowledgementResponse, isArray: true })
  async acknowledge(
    @Body({ schema: acknowledgeBody }) { matchers, by, comment }: AcknowledgeBody,
    @Req() request: AuditedRequest,
  ): Promise<AcknowledgementResponse[]> {
    const { core } = this.notifications;
    const found = await this.firing(matchers);
    core.acknowledgements.add(found, by ?? whoAsks(request), comment, this.clock.now());
    await core.state.flush();
    this.audit.record(request, { action: 'alerts.acknowledge', target: matchers.join(','), after: found.length });
    return found.map(({ fingerprint, labels }) => acknowledgementView(core.acknowledgements.get(fingerprint)!, labels));
  }

  /** Takes acknowledgements of alerts that fire and match back. */
  @Post('acknowledgements/withdraw')
  @HttpCode(204)
  @RouteAccess('admin')
  @ApiNoContentResponse()
  async withdraw(
    @Body({ schema: acknowledgeBody }) { matchers, by }: AcknowledgeBody,
    @Req() request: AuditedRequest,
  ): Promise<void> {
    const { core } = this.notifications;
    core.acknowledgements.remove(await this.firing(matchers), by ?? whoAsks(request), this.clock.now());
    await core.state.flush();
    this.audit.record(request, { action: 'alerts.withdraw', target: matchers.join(',') });
  }

  /** The recurring maintenance windows. */
  @Get('maintenance')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: maintenanceResponse, isArray: true })
  async maintenance(): Promise<MaintenanceResponse[]> {
    const { core } = this.notifications;
    await core.catchUp();
    return [...core.maintenance.all()].map((window) => this.windowView(window));
  }

  /** Makes a recurring window in which nothing is told of the alerts that match, or changes the one of this name. */
  @Put('maintenance/:name')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: maintenanceResponse })
  async setMaintenance(
    @Param({ schema: maintenanceParams }) { name }: MaintenanceParams,
    @Body({ schema: maintenanceBody }) { createdBy, ...given }: MaintenanceBody,
    @Req() request: AuditedRequest,
  ): Promise<MaintenanceResponse> {
    const { core } = this.notifications;
    const window = { name, ...given, createdBy: createdBy ?? whoAsks(request), updatedAt: this.clock.now() };
    core.maintenance.set(window);
    await core.state.flush();
    this.audit.record(request, { action: 'maintenance.set', target: name, after: given });
    return this.windowView(window);
  }

  /** Deletes a window. */
  @Delete('maintenance/:name')
  @HttpCode(204)
  @RouteAccess('admin')
  @ApiNoContentResponse()
  async deleteMaintenance(
    @Param({ schema: maintenanceParams }) { name }: MaintenanceParams,
    @Req() request: AuditedRequest,
  ): Promise<void> {
    const { core } = this.notifications;
    await core.catchUp();
    core.maintenance.delete(name, whoAsks(request), this.clock.now());
    await core.state.flush();
    this.audit.record(request, { action: 'maintenance.delete', target: name });
  }

  /** Reads the configuration file again; what is in force stays when it is wrong, and the answer has line and reason. */
  @Post('notifications/reload')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: reloadedResponse })
  reload(@Body({ schema: noBody }) _: NoBody, @Req() request: AuditedRequest): { receivers: string[] } {
    this.audit.record(request, { action: 'notifications.reload', target: 'configuration' });
    this.notifications.reload();
    return { receivers: this.notifications.core.config.receivers.map(({ name }) => name) };
  }

  private async firing(matchers: readonly string[]): Promise<KnownAlert[]> {
    const wanted = matchers.flatMap(parseMatchers);
    await this.notifications.core.catchUp();
    return this.notifications.core.firing(this.clock.now()).filter(({ labels }) => matchesAll(labels, wanted));
  }

  private windowView(window: Parameters<typeof maintenanceView>[0]): MaintenanceResponse {
    return maintenanceView(window, this.notifications.core.maintenance.isActive(window, this.clock.now()));
  }
}

const whoAsks = ({ principal }: AuditedRequest): string => principal?.name ?? principal?.id ?? 'unknown';
