import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CacheService, CacheWarming } from '../../cache';
import { CacheInspection } from '../../cache/internal';
import { type AuditedRequest, AuditLog, type Principal, RouteAccess } from '../../http';
import {
  cacheResponse,
  type CacheResponse,
  deleteEntryQuery,
  type DeleteEntryQuery,
  entriesQuery,
  type EntriesQuery,
  entriesResponse,
  type EntriesResponse,
  entryParams,
  type EntryParams,
  entryQuery,
  type EntryQuery,
  entryResponse,
  type EntryResponse,
  invalidateBody,
  type InvalidateBody,
  invalidatedResponse,
  type InvalidatedResponse,
  warmBody,
  type WarmBody,
  warmersResponse,
  type WarmersResponse,
} from './cache.schemas';
import { INSTANCE_NAME } from '../instances/instance-name';
import { cacheView, entriesView, entryView, warmerView } from './cache-views';

const HOTTEST = 20;

@ApiTags('cache')
@Controller('performance/cache')
export class CacheController {
  constructor(
    private readonly cache: CacheService,
    private readonly inspection: CacheInspection,
    private readonly warming: CacheWarming,
    private readonly audit: AuditLog,
    @Inject(INSTANCE_NAME) private readonly instance: string,
  ) {}

  /** Both tiers and every namespace as of now, the hottest keys and the warmers. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: cacheResponse })
  overview(): CacheResponse {
    return cacheView(this.cache.stats(), this.inspection.hottest(HOTTEST), this.warming.states(), this.instance);
  }

  /** A page of entries: of this copy's memory, or with `tier=redis` of what all copies share. */
  @Get('entries')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: entriesResponse })
  async entries(@Query({ schema: entriesQuery }) query: EntriesQuery): Promise<EntriesResponse> {
    return entriesView(await this.inspection.page(query));
  }

  /** One entry; its value only for an admin token. */
  @Get('entries/:key')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: entryResponse })
  async entry(
    @Param({ schema: entryParams }) { key }: EntryParams,
    @Query({ schema: entryQuery }) { namespace, tier }: EntryQuery,
    @Req() request: { readonly principal?: Principal },
  ): Promise<EntryResponse> {
    const admin = request.principal?.scope === 'admin';
    return entryView(await this.inspection.entry(namespace, tier, key, admin));
  }

  /** Removes a key from every tier of every copy. */
  @Delete('entries/:key')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: invalidatedResponse })
  delete(
    @Param({ schema: entryParams }) { key }: EntryParams,
    @Query({ schema: deleteEntryQuery }) { namespace }: DeleteEntryQuery,
    @Req() request: AuditedRequest,
  ): Promise<InvalidatedResponse> {
    return this.invalidate({ keys: [key], namespace }, request);
  }

  /** Invalidates keys, tags, a prefix or everything, in every tier of every copy. */
  @Post('invalidate')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: invalidatedResponse })
  async invalidate(
    @Body({ schema: invalidateBody }) what: InvalidateBody,
    @Req() request: AuditedRequest,
  ): Promise<InvalidatedResponse> {
    const { namespace, ...chosen } = what;
    const cache = namespace === undefined ? this.cache : await this.cache.existing(namespace);
    const { removed, scope } = await cache.invalidate(chosen);
    const answer = { removed, scope: scope === 'everywhere' ? ('all' as const) : scope };
    const target = `${namespace ?? 'all namespaces'} ${JSON.stringify(chosen)}`;
    this.audit.record(request, { action: 'cache.invalidate', target, after: answer });
    return answer;
  }

  /** Starts warmers and answers with their states; `GET /performance/cache` shows their progress. */
  @Post('warm')
  @HttpCode(202)
  @RouteAccess('admin')
  @ApiAcceptedResponse({ standardSchema: warmersResponse })
  warm(@Body({ schema: warmBody }) { warmers }: WarmBody, @Req() request: AuditedRequest): WarmersResponse {
    this.warming.start(warmers);
    this.audit.record(request, { action: 'cache.warm', target: warmers?.join(', ') ?? 'all warmers' });
    return { warmers: this.warming.states().map(warmerView) };
  }
}
