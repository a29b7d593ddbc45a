import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import {
  UNHANDLED_ORIGINS,
  type UnhandledOrigin,
  type UnhandledRequestError,
  unhandledRequestErrors,
} from '../../../common/unhandled-request-errors';
import { routeTemplateOf } from '../../../common/route-template';
import { HttpRequestCounts, knownMethod, type Outcome } from './http-request-counts';

/** What nothing in the application answered. */
const UNMATCHED = 'unmatched';
/** What was answered before any route: by a guard, a parser, or files that are served from the root. */
const MIDDLEWARE = 'middleware';

const START = 'http.server.request.start';
const FINISH = 'http.server.response.finish';

interface ServerMessage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly server: Server;
}

const CONTENT_LENGTH = '_contentLength';
/** The status with which Node's parser refuses, by its code; 400 for every other. */
const REFUSALS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const CONNECTED = Symbol('http connected');
type ConnectedSocket = Socket & { [CONNECTED]?: number };

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
  readonly active = new Map<string, number>();
  /** Errors of requests that no code handled, by where they were caught. */
  readonly unhandled = new Map<UnhandledOrigin, number>(UNHANDLED_ORIGINS.map((origin) => [origin, 0]));

  constructor(
    private readonly server: Server,
    readonly counts: HttpRequestCounts,
  ) {}

  start(): void {
    this.server.on('connection', this.onConnection);
    this.server.prependListener('clientError', this.onClientError);
    subscribe(START, this.onStart);
    subscribe(FINISH, this.onFinish);
    subscribe(unhandledRequestErrors.name, this.onUnhandled);
  }

  stop(): void {
    this.server.off('connection', this.onConnection);
    this.server.off('clientError', this.onClientError);
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

  private readonly onConnection = (socket: ConnectedSocket): void => {
    socket[CONNECTED] = performance.now();
  };

  /** What Node's parser refused. Where nothing else answers for the application, the answer is the one Node gives. */
  private readonly onClientError = (error: NodeJS.ErrnoException, socket: ConnectedSocket & TracedSocket): void => {
    if (error.code !== 'ECONNRESET' && socket.writable) {
      const status = REFUSALS[error.code ?? ''] ?? 400;
      const waited = status === 408 ? (performance.now() - (socket[CONNECTED] ?? performance.now())) / 1_000 : 0;
      const request = socket[CONNECTION]?.shift();
      if (request === undefined) this.counts.finished(UNMATCHED, '', status, waited);
      else this.settle(request, status, undefined);
    }
    if (this.server.listenerCount('clientError') > 1) return;
    answerAsNode(error, socket);
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
    const seconds = (performance.now() - request[TRACE]!.startedAt) / 1_000;
    const counts = this.counts.finished(routeOf(request, outcome), request.method ?? '', outcome, seconds);
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

/** As Node itself does where nobody listens for `clientError`, which this listener would else keep it from. */
function answerAsNode(error: NodeJS.ErrnoException, socket: Socket): void {
  const message = Reflect.get(socket, '_httpMessage') as ServerResponse | null | undefined;
  const { headersSent = false } = message ?? {};
  if (socket.writable && !headersSent) {
    const status = REFUSALS[error.code ?? ''] ?? 400;
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  }
  socket.destroySoon();
}

/** Answers come in the order of the requests, so it is nearly always the first. @returns whether it was there */
function removeFrom(requests: TracedRequest[] | undefined, request: TracedRequest): boolean {
  const index = requests?.indexOf(request) ?? -1;
  if (index >= 0) requests!.splice(index, 1);
  return index >= 0;
}

/** What answered: a route, what is mounted under a path, or some middleware; nothing where it says 404. */
function routeOf(request: IncomingMessage, outcome: Outcome): string {
  return routeTemplateOf(request) ?? (outcome === 404 || outcome === 'aborted' ? UNMATCHED : MIDDLEWARE);
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
