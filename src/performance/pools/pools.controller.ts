import { Body, Controller, Get, Inject, Param, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RouteAccess } from '../../http';
import { PoolRegistry } from '../../pools';
import { ChangesOverHttp } from '../instances/changes-over-http';
import { INSTANCE_NAME } from '../instances/instance-name';
import {
  poolLimitsBody,
  type PoolLimitsBody,
  poolParams,
  type PoolParams,
  poolResponse,
  type PoolResponse,
} from './pools.schemas';
import { poolView } from './pools-views';

/** The pools and their limits. */
@ApiTags('pools')
@Controller('performance/pools')
export class PoolsController {
  constructor(
    private readonly pools: PoolRegistry,
    private readonly changes: ChangesOverHttp,
    @Inject(INSTANCE_NAME) private readonly instance: string,
  ) {}

  /** Every pool as of now: occupancy, counts, durations, health and breaker, per server where there are several. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: poolResponse, isArray: true })
  async list(): Promise<PoolResponse[]> {
    await this.changes.catchUp();
    return this.pools.stats().map((stats) => poolView(stats, this.instance));
  }

  /** One pool as of now. */
  @Get(':name')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: poolResponse })
  async one(@Param({ schema: poolParams }) { name }: PoolParams): Promise<PoolResponse> {
    await this.changes.catchUp();
    return this.figures(name);
  }

  /**
   * Changes the limits of a running pool in every copy of the service, and in those that start later: raising serves
   * waiters at once, lowering closes connections on their return.
   */
  @Patch(':name')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: poolResponse })
  async resize(
    @Param({ schema: poolParams }) { name }: PoolParams,
    @Body({ schema: poolLimitsBody }) limits: PoolLimitsBody,
  ): Promise<PoolResponse> {
    await this.changes.resize(name, limits);
    return this.figures(name);
  }

  private figures(name: string): PoolResponse {
    return poolView(this.pools.get(name).stats(), this.instance);
  }
}
