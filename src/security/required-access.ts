import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { RouteAccess } from '../common/http/access.decorator';

export type RequiredAccess = 'public' | 'read' | 'admin';

/** What this request needs on its route; a page of data-free HTML is for anyone but limited like a read. */
export interface Requirement {
  readonly access: RequiredAccess;
  readonly limitedAs: 'read' | 'change' | undefined;
}

const UNLIMITED: Requirement = { access: 'public', limitedAs: undefined };
const PUBLIC_READ: Requirement = { access: 'public', limitedAs: 'read' };
const READ: Requirement = { access: 'read', limitedAs: 'read' };
const CHANGE: Requirement = { access: 'admin', limitedAs: 'change' };

/** Decides by what the route declares; what it does not declare is for admins. */
export function requirementOf(
  context: ExecutionContext,
  reflector: Reflector,
  options: { readonly metricsPublic: boolean },
): Requirement {
  const request = context.switchToHttp().getRequest<Request>();
  switch (reflector.getAllAndOverride(RouteAccess, [context.getHandler(), context.getClass()])) {
    case 'public':
      return UNLIMITED;
    case 'probe':
      return 'verbose' in request.query ? READ : UNLIMITED;
    case 'page':
      return request.accepts(['json', 'html']) === 'html' ? PUBLIC_READ : READ;
    case 'read':
      // Exactly this path: a variant of it keeps asking for a token.
      return options.metricsPublic && request.path === '/metrics' ? PUBLIC_READ : READ;
    default:
      return CHANGE;
  }
}
