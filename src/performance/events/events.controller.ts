import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RouteAccess } from '../../http';
import { INSTANCE_NAME } from '../instances/instance-name';
import { EventLine } from './event-line';
import {
  type ServiceEventsQuery,
  serviceEventsQuery,
  type ServiceEventsResponse,
  serviceEventsResponse,
} from './events.schemas';

/** What happened, to be read beside the charts. */
@ApiTags('overview')
@Controller('performance/events')
export class EventsController {
  constructor(
    private readonly line: EventLine,
    @Inject(INSTANCE_NAME) private readonly instance: string,
  ) {}

  /** What has happened in this copy since its start, oldest first: changes over HTTP, servers that went and came back. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: serviceEventsResponse })
  list(@Query({ schema: serviceEventsQuery }) { from, until, limit }: ServiceEventsQuery): ServiceEventsResponse {
    const fromMs = from === undefined ? 0 : Date.parse(from);
    const untilMs = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
    const events = this.line.between(fromMs, untilMs, limit);
    return {
      instance: this.instance,
      events: events.map(({ id, atMs, kind, what, who = null }) => ({
        id,
        at: new Date(atMs).toISOString(),
        kind,
        what,
        who,
      })),
    };
  }
}
