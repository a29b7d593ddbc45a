import { type ExecutionContext, Injectable } from '@nestjs/common';
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
import type { HttpRequest } from '../http/http-request';
import { RateLimits, WINDOW_MS } from './rate-limits';
import { RequiredAccess } from './required-access';

/** Limits each request as what its route declares: as a read, as a change or not at all. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() throttlers: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly required: RequiredAccess,
    private readonly limits: RateLimits,
  ) {
    super(throttlers, storage, reflector);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return !this.limits.enabled || this.required.of(context).limitedAs === undefined;
  }

  protected override async handleRequest({ context }: ThrottlerRequest): Promise<boolean> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    await this.limits.take(this.required.of(context).limitedAs ?? 'read', request, response);
    return true;
  }
}

/** One throttler: which limit holds is decided for each request by what its route declares. */
export const THROTTLERS: ThrottlerModuleOptions = [{ name: 'default', ttl: WINDOW_MS, limit: 1 }];
