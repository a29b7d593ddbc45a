import { Body, Controller, Delete, Get, Inject, Param, Patch, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type AuditedRequest, AuditLog, RouteAccess } from '../../http';
import { PoolRegistry, type PoolStats, PostgresPool, PoolWithoutStatementsError } from '../../pools';
import { ChangesOverHttp } from '../instances/changes-over-http';
import { INSTANCE_NAME } from '../instances/instance-name';
import {
  poolLimitsBody,
  type PoolLimitsBody,
  poolParams,
  type PoolParams,
  poolResponse,
  type PoolResponse,
  statementsQuery,
  type StatementsQuery,
  statementsResponse,
  type StatementsResponse,
} from './pools.schemas';
import { poolView, statementsView } from './pools-views';

/** The pools and their limits. */
@ApiTags('pools')
@Controller('performance/pools')
export class PoolsController {
  constructor(
    private readonly pools: PoolRegistry,
    private readonly changes: ChangesOverHttp,
    private readonly audit: AuditLog,
    @Inject(INSTANCE_NAME) private readonly instance: string,
  ) {}

  /** Every pool as of now: occupancy, counts, durations, health and breaker, per server where there are several. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: poolResponse, isArray: true })
  async list(): Promise<PoolResponse[]> {
    await this.changes.catchUp();
    return this.pools.stats().map((stats) => this.view(stats));
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
   * What each statement has cost this copy, as pg_stat_statements says it of a server: by its text without values, the
   * costliest first.
   */
  @Get(':name/statements')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: statementsResponse })
  statements(
    @Param({ schema: poolParams }) { name }: PoolParams,
    @Query({ schema: statementsQuery }) query: StatementsQuery,
  ): StatementsResponse {
    const pool = this.pools.get(name);
    if (!(pool instanceof PostgresPool)) throw new PoolWithoutStatementsError(name);
    return statementsView(name, pool.statementStats(), query, this.instance);
  }

  /**
   * Changes the limits of a running pool in every copy of the service, and in those that start later: raising serves
   * waiters at once, lowering closes connections on their return. They outlive restarts, until they are taken back.
   */
  @Patch(':name')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: poolResponse })
  async resize(
    @Param({ schema: poolParams }) { name }: PoolParams,
    @Body({ schema: poolLimitsBody }) limits: PoolLimitsBody,
    @Req() request: AuditedRequest,
  ): Promise<PoolResponse> {
    const before = this.changes.limitsOf(name);
    await this.changes.resize(name, limits);
    this.audit.record(request, { action: 'pool.resize', target: name, before, after: this.changes.limitsOf(name) });
    return this.figures(name);
  }

  /** Takes back the limits that were set over HTTP: in every copy of the service those of its configuration hold again. */
  @Delete(':name/limits')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: poolResponse })
  async resetLimits(
    @Param({ schema: poolParams }) { name }: PoolParams,
    @Req() request: AuditedRequest,
  ): Promise<PoolResponse> {
    const before = this.changes.limitsOf(name);
    await this.changes.resetLimits(name);
    this.audit.record(request, { action: 'pool.reset', target: name, before, after: this.changes.limitsOf(name) });
    return this.figures(name);
  }

  private figures(name: string): PoolResponse {
    return this.view(this.pools.get(name).stats());
  }

  private view(stats: PoolStats): PoolResponse {
    return poolView(stats, this.instance, this.changes.hasChanged(stats.name));
  }
}
