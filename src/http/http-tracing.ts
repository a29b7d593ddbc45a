import { tracingChannel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { routeTemplateOf } from '../common/route-template';
import type { HttpContext } from './http-context';

/** One request to the HTTP server, from its first byte to the end of its answer: the context of its events. */
export class HttpOperation {
  /** Of the answer; undefined until it has ended. */
  status: number | undefined;
  /** Until the answer was sent or its connection was gone (ms); undefined until then. */
  durationMs: number | undefined;
  /** Whether the whole answer was handed to the connection; false where the client left or the answer was cut. */
  completed: boolean | undefined;
  /** The template of the route, such as `/users/:id`; undefined where no route answered. */
  route: string | undefined;

  constructor(
    /** What the log calls it: its `X-Request-Id`. */
    readonly requestId: string,
    readonly method: string,
  ) {}
}

/**
 * Each request to the HTTP server: `start` when its headers have come, `asyncEnd` when its answer is out or its
 * connection is gone. An answer of any status is no `error`.
 */
export const httpRequests = tracingChannel<unknown, HttpOperation>('performance-gateway:http:request');

/** To be called only where the channel `hasSubscribers`: an untraced request costs that one question. */
export function traceRequest(
  { id, startedAtMs }: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const operation = new HttpOperation(id, request.method ?? '');
  httpRequests.start.publish(operation);
  httpRequests.end.publish(operation);
  response.once('close', () => {
    operation.status = response.statusCode;
    operation.completed = response.writableFinished;
    operation.durationMs = performance.now() - startedAtMs;
    operation.route = routeTemplateOf(request);
    httpRequests.asyncStart.publish(operation);
    httpRequests.asyncEnd.publish(operation);
  });
}
