import { Reflector } from '@nestjs/core';

/**
 * Who may call a route. `public`: anyone, unlimited. `read`: any token, limited as a read, whatever the method (a query
 * sent by POST is a read). `admin`: an admin token, limited as a change. A route that says nothing is `admin`.
 */
export type Access = 'public' | 'read' | 'admin';

/** Declares who may call a route; read by the guards of the security module. */
export const RouteAccess = Reflector.createDecorator<Access>();

/** Who is calling, as established by the token guard. */
export interface Principal {
  readonly scope: 'read' | 'admin';
}
