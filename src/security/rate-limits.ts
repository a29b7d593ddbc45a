import { Inject, Injectable } from '@nestjs/common';
import { InjectThrottlerStorage, type ThrottlerStorage } from '@nestjs/throttler';
import type { Response } from 'express';
import type { HttpRequest } from '../http/http-request';
import type { UnroutedLimit } from '../http/unrouted-limit';
import { clientAddress } from './client-address';
import { RequestLimitError } from './security.errors';
import { SECURITY_OPTIONS, type SecurityOptions } from './security.options';

export const WINDOW_MS = 60_000;

/** What is counted apart: `unrouted` is what no route answers. */
export type LimitedKind = 'read' | 'change' | 'unrouted';

/**
 * Requests per minute of each kind, for each pair of token and address. The headers are those of
 * draft-ietf-httpapi-ratelimit-headers-06 (`RateLimit-Limit`, `-Remaining`, `-Reset`, `-Policy`).
 */
@Injectable()
export class RateLimits implements UnroutedLimit {
  constructor(
    @InjectThrottlerStorage() private readonly storage: ThrottlerStorage,
    @Inject(SECURITY_OPTIONS) private readonly options: SecurityOptions,
  ) {}

  get enabled(): boolean {
    return this.options.rateLimits.enabled;
  }

  /** Counts one request and says in its answer what is left. @throws RequestLimitError */
  async take(kind: LimitedKind, request: HttpRequest, response: Response): Promise<void> {
    const { readsPerMinute, changesPerMinute } = this.options.rateLimits;
    const limit = kind === 'change' ? changesPerMinute : readsPerMinute;
    const key = `${kind}:${request.principal?.id ?? 'anyone'}:${clientAddress(request)}`;
    const { totalHits, isBlocked, timeToExpire } = await this.storage.increment(key, WINDOW_MS, limit, 0, kind);
    response.setHeader('RateLimit-Limit', limit);
    response.setHeader('RateLimit-Remaining', Math.max(0, limit - totalHits));
    response.setHeader('RateLimit-Reset', timeToExpire);
    response.setHeader('RateLimit-Policy', `${limit};w=${WINDOW_MS / 1_000}`);
    if (isBlocked) throw new RequestLimitError(limit, timeToExpire);
  }

  /** As many as reads, but counted apart: a scanner does not use up what pages and scrapes of its address need. */
  async count(request: HttpRequest, response: Response): Promise<void> {
    if (this.enabled) await this.take('unrouted', request, response);
  }
}
