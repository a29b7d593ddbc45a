import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../http/access.decorator';
import type { HttpRequest } from '../http/http-request';
import { AccessTokens } from './access-tokens';
import { clientAddress } from './client-address';
import { isCrossSite, takesBasic, tokenIn } from './credentials';
import { FailedLogins } from './failed-logins';
import { JWT_TOKENS, JwtTokens } from './jwt-tokens';
import { RequiredAccess } from './required-access';
import { CrossSiteError, ForbiddenError, UnauthenticatedError } from './security.errors';

/** Lets a request pass when its token has the scope that the route declares, and puts the caller on the request. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly failedLogins: FailedLogins,
    private readonly required: RequiredAccess,
    @Inject(JWT_TOKENS) private readonly jwts: JwtTokens | undefined,
  ) {}

  /** Answers at once for a token that is known here: each awaited guard costs every request. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { access } = this.required.of(context);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    const credentials = tokenIn(request);
    if (credentials === 'missing') throw challenge(request, response, new UnauthenticatedError('missing'));
    if (typeof credentials === 'object' && credentials.scheme !== 'bearer' && isCrossSite(request))
      throw new CrossSiteError();
    if (credentials === 'invalid') return this.refuse(request, response, 'invalid');
    const { token } = credentials;
    const found = this.tokens.find(token);
    if (found === undefined && this.jwts !== undefined && JwtTokens.isJwt(token)) {
      return this.jwts.verify(token).then((principal) => this.enter(principal, access, request, response));
    }
    return this.enter(found, access, request, response);
  }

  private enter(
    found: Principal | 'expired' | undefined,
    access: 'read' | 'admin',
    request: HttpRequest,
    response: Response,
  ): true | Promise<never> {
    if (typeof found !== 'object') return this.refuse(request, response, found ?? 'invalid');
    if (access === 'admin' && found.scope !== 'admin') throw challenge(request, response, new ForbiddenError());
    request.principal = found;
    return true;
  }

  private async refuse(request: HttpRequest, response: Response, reason: 'invalid' | 'expired'): Promise<never> {
    await this.failedLogins.failed(clientAddress(request));
    throw challenge(request, response, new UnauthenticatedError(reason));
  }
}

/** RFC 6750, 3: without credentials there is no error to name. */
function challenge<E extends UnauthenticatedError | ForbiddenError>(
  request: HttpRequest,
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
