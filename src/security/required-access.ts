import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { type Access, RouteAccess } from '../http/access.decorator';
import { prefersHtml } from '../http/media-type';

/** What a request needs on its route, and which limit counts it. */
export interface Requirement {
  readonly access: 'public' | 'read' | 'admin';
  readonly limitedAs: 'read' | 'change' | undefined;
}

const UNLIMITED: Requirement = { access: 'public', limitedAs: undefined };
const PUBLIC_READ: Requirement = { access: 'public', limitedAs: 'read' };
const READ: Requirement = { access: 'read', limitedAs: 'read' };
const CHANGE: Requirement = { access: 'admin', limitedAs: 'change' };

/** Decides by what the route declares; what it does not declare is for admins. Read from its decorators only once. */
export class RequiredAccess {
  private readonly declared = new WeakMap<object, Access>();

  constructor(
    private readonly reflector: Reflector,
    private readonly options: { readonly metricsPublic: boolean },
  ) {}

  of(context: ExecutionContext): Requirement {
    const request = context.switchToHttp().getRequest<Request>();
    switch (this.accessOf(context)) {
      case 'public':
        return UNLIMITED;
      case 'probe':
        return 'verbose' in request.query ? READ : UNLIMITED;
      case 'page':
        // The page itself holds no data; it is limited like any read.
        return prefersHtml(request) ? PUBLIC_READ : READ;
      case 'read':
        // Exactly this path: a variant of it keeps asking for a token.
        return this.options.metricsPublic && request.path === '/metrics' ? PUBLIC_READ : READ;
      case 'admin':
        return CHANGE;
    }
  }

  private accessOf(context: ExecutionContext): Access {
    const handler = context.getHandler();
    let access = this.declared.get(handler);
    if (access === undefined) {
      access = this.reflector.getAllAndOverride(RouteAccess, [handler, context.getClass()]) ?? 'admin';
      this.declared.set(handler, access);
    }
    return access;
  }
}
