import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { Response } from 'express';
import type { DoorRequest } from '../common/http/door.request';
import { clientAddress } from './client-address';
import { RequiredAccess } from './required-access';
import { LimitExceededError } from './security.errors';
import { SECURITY_OPTIONS, type SecurityOptions } from './security.options';

const WINDOW_MS = 60_000;

/**
 * Reads and changes per minute for each pair of token and address. The headers are those of
 * draft-ietf-httpapi-ratelimit-headers-06 (`RateLimit-Limit`, `-Remaining`, `-Reset`, `-Policy`).
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() throttlers: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly required: RequiredAccess,
    @Inject(SECURITY_OPTIONS) private readonly security: SecurityOptions,
  ) {
    super(throttlers, storage, reflector);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    if (!this.security.rateLimits.enabled) return true;
    return this.required.of(context).limitedAs === undefined;
  }

  protected override async handleRequest({ context, ttl }: ThrottlerRequest): Promise<boolean> {
    const request = context.switchToHttp().getRequest<DoorRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    const kind = this.required.of(context).limitedAs ?? 'read';
    const { readsPerMinute, changesPerMinute } = this.security.rateLimits;
    const limit = kind === 'read' ? readsPerMinute : changesPerMinute;
    const key = `${kind}:${request.principal?.id ?? 'anyone'}:${clientAddress(request)}`;
    const { totalHits, isBlocked, timeToExpire } = await this.storageService.increment(key, ttl, limit, 0, kind);
    response.setHeader('RateLimit-Limit', limit);
    response.setHeader('RateLimit-Remaining', Math.max(0, limit - totalHits));
    response.setHeader('RateLimit-Reset', timeToExpire);
    response.setHeader('RateLimit-Policy', `${limit};w=${ttl / 1_000}`);
    if (isBlocked) throw new LimitExceededError('RATE_LIMITED', limit, timeToExpire);
    return true;
  }
}

/** One throttler: which limit holds is decided for each request by what its route declares. */
export const THROTTLERS: ThrottlerModuleOptions = [{ name: 'default', ttl: WINDOW_MS, limit: 1 }];
