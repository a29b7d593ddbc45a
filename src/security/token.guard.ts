import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import type { DoorRequest } from '../common/http/door.request';
import { AccessTokens } from './access-tokens';
import { clientAddress } from './client-address';
import { takesBasic, tokenIn } from './credentials';
import { FailedLogins } from './failed-logins';
import { requirementOf } from './required-access';
import { ForbiddenError, UnauthenticatedError } from './security.errors';
import { SECURITY_OPTIONS, type SecurityOptions } from './security.options';

/** Lets a request pass when its token has the scope that the route declares, and says who is calling. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly failedLogins: FailedLogins,
    private readonly reflector: Reflector,
    @Inject(SECURITY_OPTIONS) private readonly options: SecurityOptions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { access } = requirementOf(context, this.reflector, this.options);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<DoorRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    const credentials = tokenIn(request);
    if (credentials === 'missing') throw challenge(request, response, new UnauthenticatedError('missing'));
    const address = clientAddress(request);
    const principal = credentials === 'invalid' ? undefined : this.tokens.find(credentials.token);
    if (principal === undefined) {
      await this.failedLogins.failed(address);
      throw challenge(request, response, new UnauthenticatedError('invalid'));
    }
    await this.failedLogins.succeeded(address, principal);
    if (access === 'admin' && principal.scope !== 'admin') throw challenge(request, response, new ForbiddenError());
    request.principal = principal;
    return true;
  }
}

/** RFC 6750, 3: without credentials there is no error to name. */
function challenge<E extends UnauthenticatedError | ForbiddenError>(
  request: DoorRequest,
  response: Response,
  error: E,
): E {
  const reason = error instanceof ForbiddenError ? 'insufficient_scope' : 'invalid_token';
  const named = error instanceof UnauthenticatedError && error.reason === 'missing' ? '' : `, error="${reason}"`;
  const challenges = [`Bearer realm="performance-gateway"${named}`];
  if (takesBasic(request)) challenges.push('Basic realm="performance-gateway", charset="UTF-8"');
  response.setHeader('WWW-Authenticate', challenges);
  return error;
}
