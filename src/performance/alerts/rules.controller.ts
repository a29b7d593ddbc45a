import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AlertsService } from '../../alerting';
import { AlertRuleGroupUnknownError, RuleBacktests, RuleGroupChanges, runRuleTestTexts } from '../../alerting/internal';
import { type AuditedRequest, AuditLog, RouteAccess } from '../../http';
import {
  type GroupParams,
  groupParams,
  type NoBody,
  noBody,
  type PutQuery,
  putQuery,
  type PutResponse,
  putResponse,
  type RuleGroupBody,
  ruleGroupBody,
  type RuleGroupResponse,
  ruleGroupResponse,
  ruleFileResponse,
  type RuleTestsBody,
  ruleTestsBody,
  type RuleTestsResponse,
  ruleTestsResponse,
} from './alerts.schemas';
import { backtestView, groupView } from './alerts-views';

/** The rules by group, and groups of one's own that hold in every copy and outlive restarts. */
@ApiTags('alerts')
@Controller('performance/alerts/rules')
export class RulesController {
  constructor(
    private readonly alerts: AlertsService,
    private readonly changes: RuleGroupChanges,
    private readonly backtests: RuleBacktests,
    private readonly audit: AuditLog,
  ) {}

  /** Every group of rules, wherever it comes from. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: ruleGroupResponse, isArray: true })
  async list(): Promise<RuleGroupResponse[]> {
    await this.changes.catchUp();
    return this.alerts.groups.map(groupView);
  }

  /** Reads every rule file again. A bad one keeps the rules it had, and says line and reason. */
  @Post('reload')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: ruleFileResponse, isArray: true })
  async reload(@Body({ schema: noBody }) _: NoBody, @Req() request: AuditedRequest) {
    const files = await this.alerts.loadRuleFiles(true);
    this.audit.record(request, { action: 'alert-rules.reload', target: `${files.length} files` });
    return files.map(({ file, groups, problems }) => ({ file, groups, problems: [...problems] }));
  }

  /** Runs unit tests of rules in promtool's format; nothing is kept. */
  @Post('test')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: ruleTestsResponse })
  async test(@Body({ schema: ruleTestsBody }) { tests, files }: RuleTestsBody): Promise<RuleTestsResponse> {
    const failures = await runRuleTestTexts(tests, new Map(Object.entries(files)));
    return { passed: failures.length === 0, failures };
  }

  /** One group: that which was put here before others of its name. */
  @Get(':group')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: ruleGroupResponse })
  async one(@Param({ schema: groupParams }) { group }: GroupParams): Promise<RuleGroupResponse> {
    await this.changes.catchUp();
    return this.view(group);
  }

  /**
   * Sets a group, in every copy of the service and in those that start later. It outlives restarts. With `test=true`
   * nothing is set: the answer is what the group would have done over the kept history of this copy.
   */
  @Put(':group')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: putResponse })
  async put(
    @Param({ schema: groupParams }) { group }: GroupParams,
    @Query({ schema: putQuery }) { test }: PutQuery,
    @Body({ schema: ruleGroupBody }) body: RuleGroupBody,
    @Req() request: AuditedRequest,
  ): Promise<PutResponse> {
    const given = { ...body, name: group };
    if (test === 'true') return backtestView(await this.backtests.run(given));
    await this.changes.set(given);
    this.audit.record(request, { action: 'alert-rules.put', target: group, after: body });
    return this.view(group);
  }

  /** Takes back a group that was put here. */
  @Delete(':group')
  @HttpCode(204)
  @RouteAccess('admin')
  @ApiNoContentResponse()
  async remove(@Param({ schema: groupParams }) { group }: GroupParams, @Req() request: AuditedRequest): Promise<void> {
    await this.changes.catchUp();
    await this.changes.remove(group);
    this.audit.record(request, { action: 'alert-rules.delete', target: group });
  }

  private view(name: string): RuleGroupResponse {
    const named = this.alerts.groups.filter(({ group }) => group.name === name);
    const found = named.find(({ file }) => file === `api:${name}`) ?? named[0];
    if (found === undefined) throw new AlertRuleGroupUnknownError(name);
    return groupView(found);
  }
}
