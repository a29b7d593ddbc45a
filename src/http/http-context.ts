import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { RequestContext, TraceParent } from '../common/request-context';
import { requestIdFrom } from './request-id';
import { traceParentFrom } from './trace-parent';

/** The context of one HTTP request. It outlives the request where the request began work that goes on. */
export class HttpContext implements RequestContext {
  readonly startedAtMs = performance.now();
  readonly id: string;
  readonly trace: TraceParent | undefined;
  /** Until the answer is out or the connection is gone, so that what goes on does not keep it in memory. */
  response: ServerResponse | undefined;

  constructor(
    readonly server: Server,
    { headers }: IncomingMessage,
    response: ServerResponse,
  ) {
    this.id = requestIdFrom(headers['x-request-id']);
    this.trace = traceParentFrom(headers.traceparent);
    this.response = response;
  }
}
