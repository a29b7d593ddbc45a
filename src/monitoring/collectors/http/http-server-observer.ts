import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  UNHANDLED_ORIGINS,
  type UnhandledOrigin,
  type UnhandledRequestError,
  unhandledRequestErrors,
} from '../../../common/unhandled-request-errors';
import { routeTemplateOf } from '../../../common/route-template';
import { HttpRequestCounts, knownMethod, type Outcome } from './http-request-counts';

/** What no route of the application matched. */
const UNMATCHED = 'unmatched';

const START = 'http.server.request.start';
const FINISH = 'http.server.response.finish';

interface ServerMessage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly server: Server;
}

const CONTENT_LENGTH = '_contentLength';
const TRACE = Symbol('http trace');
const CONNECTION = Symbol('http connection');

/** What is kept about a request under way, on the request itself, because a map of requests would cost more. */
interface RequestTrace {
  readonly startedAt: number;
  readonly writtenBefore: number;
}
type TracedRequest = IncomingMessage & { [TRACE]?: RequestTrace };
/**
 * A connection knows its unanswered requests, so that one listener per connection finds those that are aborted. An
 * array, because a Set that grows and shrinks leaves a chain of outgrown tables, each with its requests: once one of
 * them is in the old generation, every scavenge promotes all that follow (measured: a third of the throughput).
 */
type TracedSocket = Socket & { [CONNECTION]?: TracedRequest[] };

/**
 * Counts the requests of one HTTP server from Node's own diagnostics channels: they see what guards reject, what no
 * route matches and what is aborted, and cost less than a middleware (see docs/decisions).
 */
export class HttpServerObserver {
  readonly counts = new HttpRequestCounts();
  readonly active = new Map<string, number>();
  /** Errors of requests that no code handled, by where they were caught. */
  readonly unhandled = new Map<UnhandledOrigin, number>(UNHANDLED_ORIGINS.map((origin) => [origin, 0]));

  constructor(private readonly server: Server) {}

  start(): void {
    subscribe(START, this.onStart);
    subscribe(FINISH, this.onFinish);
    subscribe(unhandledRequestErrors.name, this.onUnhandled);
  }

  stop(): void {
    unsubscribe(START, this.onStart);
    unsubscribe(FINISH, this.onFinish);
    unsubscribe(unhandledRequestErrors.name, this.onUnhandled);
  }

  private readonly onStart = (message: unknown): void => {
    const { request, socket, server } = message as ServerMessage;
    if (server !== this.server) return;
    this.connectionOf(socket).push(request);
    (request as TracedRequest)[TRACE] = { startedAt: performance.now(), writtenBefore: socket.bytesWritten };
    this.addActive(request.method, 1);
  };

  private readonly onFinish = (message: unknown): void => {
    const { request, response, socket, server } = message as ServerMessage;
    if (server !== this.server) return;
    if (!removeFrom((socket as TracedSocket)[CONNECTION], request)) return;
    this.settle(request, response.statusCode, responseBytes(request, response, socket));
  };

  private readonly onUnhandled = (message: unknown): void => {
    const { server, origin } = message as UnhandledRequestError;
    if (server === this.server) this.unhandled.set(origin, this.unhandled.get(origin)! + 1);
  };

  private connectionOf(socket: TracedSocket): TracedRequest[] {
    let requests = socket[CONNECTION];
    if (requests === undefined) {
      requests = [];
      socket[CONNECTION] = requests;
      socket.once('close', () => this.abort(requests!));
    }
    return requests;
  }

  private abort(requests: TracedRequest[]): void {
    for (const request of requests.splice(0)) this.settle(request, 'aborted', undefined);
  }

  private settle(request: TracedRequest, outcome: Outcome, sentBytes: number | undefined): void {
    const counts = this.counts.of(routeTemplateOf(request) ?? UNMATCHED, request.method ?? '');
    counts.finished(outcome, (performance.now() - request[TRACE]!.startedAt) / 1_000);
    const received = requestBytes(request);
    if (received !== undefined) counts.requestBytes.record(received);
    if (sentBytes !== undefined) counts.responseBytes.record(sentBytes);
    this.addActive(request.method, -1);
  }

  private addActive(method: string | undefined, by: 1 | -1): void {
    const name = knownMethod(method ?? '');
    this.active.set(name, (this.active.get(name) ?? 0) + by);
  }
}

/** Answers come in the order of the requests, so it is nearly always the first. @returns whether it was there */
function removeFrom(requests: TracedRequest[] | undefined, request: TracedRequest): boolean {
  const index = requests?.indexOf(request) ?? -1;
  if (index >= 0) requests!.splice(index, 1);
  return index >= 0;
}

/** The size of the body as announced; unknown when it came in chunks. */
function requestBytes({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  return headers['transfer-encoding'] === undefined ? 0 : undefined;
}

/**
 * The length in a head that was written as a whole, as Fastify does: Node keeps no such header, and the number only in
 * a field that it does not document.
 */
function writtenLength(response: ServerResponse): number | undefined {
  return (response as { readonly [CONTENT_LENGTH]?: number | null })[CONTENT_LENGTH] ?? undefined;
}

/** The size of the body as announced, or, when it was streamed, what was written to the connection, head included. */
function responseBytes(request: TracedRequest, response: ServerResponse, socket: Socket): number {
  const { statusCode } = response;
  if (request.method === 'HEAD' || statusCode === 204 || statusCode === 304) return 0;
  const length = response.getHeader('content-length') ?? writtenLength(response);
  return length === undefined ? socket.bytesWritten - request[TRACE]!.writtenBefore : Number(length);
}
