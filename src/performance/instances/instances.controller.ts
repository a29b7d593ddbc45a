import { Controller, Get, Inject, Optional } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '../../common/clock';
import { SERVICE_VERSION } from '../../common/service-version';
import { type CopyRow, CopyTable } from '../../copies';
import { RouteAccess } from '../../http';
import { INSTANCE_NAME } from './instance-name';
import { type InstancesResponse, instancesResponse } from './instances.schemas';

/** The copies of the service. */
@ApiTags('overview')
@Controller('performance/instances')
export class InstancesController {
  constructor(
    @Inject(INSTANCE_NAME) private readonly instance: string,
    private readonly clock: Clock,
    @Optional() private readonly copies?: CopyTable,
  ) {}

  /** The copies that share a database: those that run, then those that ended in the last 30 days. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: instancesResponse })
  async list(): Promise<InstancesResponse> {
    const { instance } = this;
    const rows = await this.copies?.list().catch(() => undefined);
    // At the very start this copy may not have said yet that it lives.
    if (rows === undefined || rows.length === 0)
      return { instance, complete: false, instances: [copyView(this.alone())] };
    return { instance, complete: true, instances: rows.map(copyView) };
  }

  private alone(): CopyRow {
    const nowMs = this.clock.now();
    return {
      id: this.instance,
      state: 'up',
      leads: this.copies?.thisLeads() ?? true,
      version: SERVICE_VERSION,
      startedAt: new Date(nowMs - process.uptime() * 1_000),
      seenAt: new Date(nowMs),
    };
  }
}

function copyView({ id, state, leads, version, startedAt, seenAt }: CopyRow): InstancesResponse['instances'][number] {
  return {
    id,
    state,
    leads,
    version,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
    ageSeconds: Math.max(0, Math.round((seenAt.getTime() - startedAt.getTime()) / 1_000)),
  };
}
