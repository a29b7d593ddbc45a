import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Principal } from './access.decorator';
import type { BodyReader } from './body/body-reader';
import type { RouteInputs } from './route-inputs';

/** A request as it looks once it has passed our middleware and guards. */
export interface HttpRequest extends Request {
  /** Node's own request, where the framework wraps it. */
  readonly raw?: IncomingMessage;
  /** The caller; none on a public route. */
  principal?: Principal;
  /** Reads the body, where that is left to the guards. */
  bodyReader?: BodyReader;
  /** What the matched route takes, for an error that lists every problem of the request. */
  routeInputs?: RouteInputs;
}
