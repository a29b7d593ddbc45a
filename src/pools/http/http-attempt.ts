import type { Dispatcher } from 'undici';
import type { Clock } from '../../common/clock';
import { Deadline } from '../../common/deadline';
import type { Admission, HttpOutcome } from './endpoint-breakers';
import type { HttpConnection } from './http-connection';
import type { HttpConnections } from './http-connections';
import type { HttpEndpoint } from './http-endpoint';
import { AnswerLeftError } from './response-streamer';
import { HTTP_DEFAULTS } from './http.options';
import type { OutgoingBody } from './outgoing-body';
import {
  HttpConnectError,
  HttpExchangeError,
  HttpRequestInvalidError,
  HttpResponseTooLargeError,
  HttpResponseUnreadError,
  type HttpTargetFacts,
  HttpTimeoutError,
} from './http.errors';

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** undici's codes for a request that cannot be sent to any server. */
const INVALID: ReadonlySet<unknown> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);
/** The server does not know the method, which is the caller's mistake. */
const NOT_IMPLEMENTED = 501;
/** The body has another length than its header says; undici may notice while it sends. */
const WRONG_LENGTH = 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH';

/** The answer came, and nobody read it to its end. */
const isOfReader = (error: Error): boolean =>
  error instanceof AnswerLeftError || error instanceof HttpResponseUnreadError;

/** What an attempt needs besides the request itself. */
export interface AttemptLimits {
  readonly pool: string;
  readonly totalTimeoutMs: number;
  /** Monotonic time (ms) at which everything is over. */
  readonly deadlineMs: number;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal | undefined;
  /** The route group in which the server is judged. */
  readonly route: string;
  /** Send it even though a breaker of the endpoint is open: the balancer picks such an endpoint only when all are open. */
  readonly ignoreOpenBreaker: boolean;
  /** The deadline holds until the head of the answer; after that `sink` sees to the time. */
  readonly untilHead?: boolean;
  /** The body of the request, where it is a stream. */
  readonly outgoing?: OutgoingBody | undefined;
}

/**
 * One request on one connection of one endpoint: waits for the connection, sends the request, passes the answer to
 * `sink` and gives the connection back. It ends once, within its deadline, with a call of `onResponseEnd` or
 * `onResponseError` of `sink`.
 */
export class HttpAttempt implements Dispatcher.DispatchHandler {
  /** Whether the connection had served a request before this one. */
  reused = false;
  /** The error it failed with. */
  failure: Error | undefined;
  /** Whether anything may have reached the server. */
  sent = false;
  private status = 0;
  private receivedBytes = 0;
  private startedMs = 0;
  /** When the head of the answer came, where its body is not timed here. */
  private headMs: number | undefined;
  private dispatched = false;
  private ended = false;
  private deadline: Deadline | undefined;
  private connection: HttpConnection | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private admission!: Admission;
  private onAbort: (() => void) | undefined;

  constructor(
    private readonly endpoint: HttpEndpoint,
    private readonly connections: HttpConnections,
    private readonly request: Dispatcher.DispatchOptions,
    private readonly limits: AttemptLimits,
    private readonly sink: Dispatcher.DispatchHandler,
    private readonly clock: Clock,
  ) {}

  start(): void {
    const { endpoint, connections, limits } = this;
    this.admission = endpoint.breakers.admit(limits.route);
    const { refusedBy } = this.admission;
    if (refusedBy !== undefined && !limits.ignoreOpenBreaker) {
      this.admission.settle('ignored', undefined);
      const what = refusedBy === endpoint.breakers.server ? endpoint.name : `${limits.route} of ${endpoint.name}`;
      this.refuse(connections.refusals.breakerOpen(what, refusedBy));
      return;
    }
    endpoint.begin();
    const origin = endpoint.connections();
    const connection = connections.take(origin);
    if (connection !== undefined) {
      this.send(connection);
      return;
    }
    const remainingMs = Math.max(0, limits.deadlineMs - this.clock.monotonic());
    const acquireTimeoutMs = Math.min(remainingMs, connections.acquireTimeoutMs);
    connections.acquire(origin, { acquireTimeoutMs, signal: limits.signal }).then(
      (waited) => this.send(waited),
      (error: Error) => {
        endpoint.settle(this.admission, 'ignored', 0);
        this.refuse(error);
      },
    );
  }

  /** Ends the attempt now with `error`: the rest of the answer is not read, and the connection is closed. */
  abort(error: Error): void {
    if (this.ended) return;
    if (this.controller) this.controller.abort(error);
    // It is not connected yet, so only closing the connection ends it; that calls onResponseError as well.
    else if (this.dispatched) this.connection!.destroy(error);
    else this.onResponseError(undefined as never, error);
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.sent = true;
    this.reused = this.connection!.requests++ > 0;
    this.controller = controller;
    this.sink.onRequestStart?.(controller, context);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers, message?: string): void {
    this.status = status;
    if (this.limits.untilHead && status >= 200) {
      this.headMs = this.clock.monotonic();
      this.deadline?.clear();
    }
    this.sink.onResponseStart?.(controller, status, headers, message);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    const { maxResponseBytes } = this.limits;
    if (this.receivedBytes > maxResponseBytes) {
      controller.abort(new HttpResponseTooLargeError(this.facts, maxResponseBytes));
    } else this.sink.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: Headers): void {
    const outcome = this.answered();
    const ended =
      outcome === 'failure'
        ? this.end('failure', false, `an answer with status ${this.status}`)
        : this.end('success', false);
    if (!ended) return;
    this.sink.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, cause: Error): void {
    const error = this.errorFor(cause);
    if (!this.end(this.outcomeOf(error), true, error)) return;
    this.failure = error;
    this.sink.onResponseError?.(controller, error);
  }

  private send(connection: HttpConnection): void {
    const { limits } = this;
    this.connection = connection;
    this.startedMs = this.clock.monotonic();
    this.deadline = new Deadline(Math.max(0, limits.deadlineMs - this.startedMs), () =>
      this.abort(new HttpTimeoutError(this.facts, limits.totalTimeoutMs)),
    );
    if (limits.signal !== undefined) {
      const { signal } = limits;
      if (signal.aborted) return this.abort(signal.reason as Error);
      this.onAbort = () => this.abort(signal.reason as Error);
      signal.addEventListener('abort', this.onAbort, { once: true });
    }
    this.dispatched = true;
    connection.send(this.request, this);
  }

  /** The only place that ends an attempt; false when it has ended before. */
  private end(outcome: HttpOutcome, broken: boolean, error?: unknown): boolean {
    if (this.ended) return false;
    this.ended = true;
    this.deadline?.clear();
    if (this.onAbort) this.limits.signal?.removeEventListener('abort', this.onAbort);
    if (this.limits.outgoing?.hasBegun) this.limits.outgoing.stop();
    this.endpoint.settle(this.admission, outcome, (this.headMs ?? this.clock.monotonic()) - this.startedMs, error);
    this.connections.release(this.connection!, broken);
    return true;
  }

  /** What the status of the answer says of the server. */
  private answered(): HttpOutcome {
    return this.status >= 500 && this.status !== NOT_IMPLEMENTED ? 'failure' : 'success';
  }

  private outcomeOf(error: Error): HttpOutcome {
    if (isOfReader(error)) return this.answered();
    if (error instanceof HttpConnectError) return 'unreachable';
    if (error instanceof HttpExchangeError) return 'failure';
    return this.isSlow(error) ? (this.sent ? 'failure' : 'unreachable') : 'ignored';
  }

  /** A server is slow by the pool's own measure only: one caller's short deadline says nothing to the others. */
  private isSlow(error: Error): boolean {
    return error instanceof HttpTimeoutError && error.timeoutMs >= HTTP_DEFAULTS[error.option];
  }

  private errorFor(cause: Error): Error {
    const { signal, outgoing } = this.limits;
    const byCaller = (signal?.aborted && cause === signal.reason) || (outgoing && cause === outgoing.failure);
    if (byCaller || isOfReader(cause)) return cause;
    if (cause instanceof HttpTimeoutError || cause instanceof HttpResponseTooLargeError) return cause;
    const code = 'code' in cause ? cause.code : undefined;
    if (code === WRONG_LENGTH || (!this.sent && INVALID.has(code)))
      return new HttpRequestInvalidError(this.facts, cause);
    return this.sent ? new HttpExchangeError(this.facts, cause) : new HttpConnectError(this.facts, cause);
  }

  private get facts(): HttpTargetFacts {
    return { pool: this.limits.pool, method: this.request.method, origin: this.endpoint.origin };
  }

  private refuse(error: Error): void {
    this.ended = true;
    this.failure = error;
    this.sink.onResponseError?.(undefined as never, error);
  }
}
