import { Reflector } from '@nestjs/core';

/**
 * Who may call a route. `public`: anyone, unlimited. `read`: any token, limited as a read, whatever the method (a query
 * sent by POST is a read). `admin`: an admin token, limited as a change. `page`: anyone when `Accept` prefers
 * `text/html`, for a page without data; otherwise as `read`. `probe`: anyone, unlimited, but `?verbose` as `read`.
 * A route that says nothing is `admin`.
 */
export type Access = 'public' | 'page' | 'probe' | 'read' | 'admin';

/** Declares who may call a route; read by the guards of the security module. */
export const RouteAccess = Reflector.createDecorator<Access>();

/** The caller, as the token guard found it; it is `request.principal`. */
export interface Principal {
  readonly scope: 'read' | 'admin';
  /** Names the token without telling it. */
  readonly id: string;
  /** The name that its token was given, for logs. */
  readonly name?: string;
}
