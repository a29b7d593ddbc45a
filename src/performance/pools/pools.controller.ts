import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RouteAccess } from '../../http';
import { PoolRegistry } from '../../pools';
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
  constructor(private readonly pools: PoolRegistry) {}

  /** Every pool as of now: occupancy, counts, durations, health and breaker, per server where there are several. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: poolResponse, isArray: true })
  list(): PoolResponse[] {
    return this.pools.stats().map(poolView);
  }

  /** One pool as of now. */
  @Get(':name')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: poolResponse })
  one(@Param({ schema: poolParams }) { name }: PoolParams): PoolResponse {
    return poolView(this.pools.get(name).stats());
  }

  /**
   * Changes the limits of a running pool: raising serves waiters at once, lowering closes connections on their return.
   */
  @Patch(':name')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: poolResponse })
  resize(
    @Param({ schema: poolParams }) { name }: PoolParams,
    @Body({ schema: poolLimitsBody }) limits: PoolLimitsBody,
  ): PoolResponse {
    const pool = this.pools.get(name);
    pool.resize(limits);
    return poolView(pool.stats());
  }
}
