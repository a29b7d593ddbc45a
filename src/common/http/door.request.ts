import type { Request } from 'express';
import type { Principal } from './access.decorator';
import type { RouteInputs } from './route-inputs';

/** A request as it looks once it has passed our middleware and guards. */
export interface DoorRequest extends Request {
  /** What the log calls this request; also sent back as `X-Request-Id`. */
  requestId?: string;
  /** Who is calling; none on a public route. */
  principal?: Principal;
  /** What the matched route takes, for an error that lists every problem of the request. */
  routeInputs?: RouteInputs;
}
