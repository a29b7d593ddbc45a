import type { Clock } from '../../common/clock';
import { summarise } from '../health-summary';
import {
  type Pool,
  type PoolCounts,
  type PoolHealth,
  type PoolLimits,
  type PoolState,
  type PoolStats,
  type PoolTimings,
  withQuantiles,
} from '../pool';
import { HTTP_POOL } from '../pools-option';
import { PoolOperation, poolRequests, traceOperation } from '../pool-tracing';
import { RetryBudget } from '../retry-budget';
import { type CallOptions, HttpCall, type HttpCalls } from './http-call';
import { HttpConnections } from './http-connections';
import type { HttpEndpoint } from './http-endpoint';
import {
  connectionOptions,
  HTTP_DEFAULTS,
  type HttpMethod,
  type HttpPoolSettings,
  type HttpRequestOptions,
  type HttpStreamOptions,
} from './http.options';
import type { HttpResponse } from './http-response';
import type { HttpResponseStream } from './http-response-stream';
import { HttpTargets } from './http-targets';
import { httpCounts } from './http-counts';
import { reachProbe } from './reach-probe';

/**
 * HTTP requests within one limit of connections for all origins and one for each, to absolute URLs or to the upstreams
 * of `http.upstreams` by name (`billing:/invoices/7`), where each may have several servers. A request ends within its
 * deadline, waiting for a connection and trying again included.
 */
export class HttpPool implements Pool {
  readonly name = 'http';
  readonly kind = 'http';
  private readonly connections: HttpConnections;
  private readonly targets: HttpTargets;
  private readonly endpoints: readonly HttpEndpoint[];
  private readonly calls: HttpCalls;
  private readonly createdMs: number;

  constructor(
    private readonly options: HttpPoolSettings,
    clock: Clock,
  ) {
    this.createdMs = clock.now();
    this.connections = new HttpConnections(
      {
        ...connectionOptions(options),
        name: this.name,
        maxPerOrigin: options.maxConnectionsPerOrigin,
        limitOptions: HTTP_POOL.limits,
      },
      clock,
    );
    const probing = {
      pool: this.name,
      intervalMs: options.probeIntervalMs ?? HTTP_DEFAULTS.probeIntervalMs,
      timeoutMs: options.probeTimeoutMs ?? HTTP_DEFAULTS.probeTimeoutMs,
    };
    const makeProbe = (endpoint: HttpEndpoint) => reachProbe(endpoint, this.connections, probing, clock);
    this.targets = new HttpTargets(this.name, options, this.connections, makeProbe, clock);
    this.endpoints = this.targets.configured;
    const { name: pool, connections, targets } = this;
    this.calls = { pool, connections, targets, retryBudget: new RetryBudget(clock), clock };
  }

  /**
   * Sends one request and answers with the whole response, whatever its status.
   * @throws HttpTimeoutError, HttpConnectError, HttpExchangeError, HttpResponseTooLargeError, HttpTargetInvalidError,
   * PoolAcquireTimeoutError, PoolQueueFullError, PoolBreakerOpenError, PoolClosedError, the signal's reason
   */
  request(url: string | URL, options: HttpRequestOptions = {}): Promise<HttpResponse> {
    const { totalTimeoutMs = HTTP_DEFAULTS.totalTimeoutMs, maxResponseBytes = HTTP_DEFAULTS.maxResponseBytes } =
      options;
    return this.traced(url, options.method, () =>
      this.call<HttpResponse>(url, { ...options, totalTimeoutMs, maxResponseBytes }, undefined),
    );
  }

  /**
   * The same, and answers as soon as the head of the answer is there; its body is read as it comes. Read it to its end
   * or destroy it: until then it keeps its connection.
   * @throws as `request`
   */
  stream(url: string | URL, options: HttpStreamOptions = {}): Promise<HttpResponseStream> {
    const {
      totalTimeoutMs = HTTP_DEFAULTS.totalTimeoutMs,
      stallTimeoutMs = HTTP_DEFAULTS.stallTimeoutMs,
      maxResponseBytes = Number.POSITIVE_INFINITY,
    } = options;
    return this.traced(url, options.method, () =>
      this.call<HttpResponseStream>(url, { ...options, totalTimeoutMs, maxResponseBytes }, stallTimeoutMs),
    );
  }

  private traced<T>(url: string | URL, method: HttpMethod | undefined, call: () => Promise<T>): Promise<T> {
    if (!poolRequests.hasSubscribers) return call();
    const operation = new PoolOperation(this.name, 'request', requestLine(url, method));
    return traceOperation(poolRequests, operation, call);
  }

  private async call<A extends HttpResponse | HttpResponseStream>(
    url: string | URL,
    options: CallOptions,
    stallTimeoutMs: number | undefined,
  ): Promise<A> {
    options.signal?.throwIfAborted();
    this.calls.retryBudget.deposit();
    return await new HttpCall<A>(this.calls, options, stallTimeoutMs).run(url);
  }

  /** The names of the configured upstreams. */
  get upstreams(): string[] {
    return this.targets.names;
  }

  /** Where the servers of an upstream are, with their base paths; nothing for a name that is none. */
  urlsOf(upstream: string): URL[] {
    return this.targets.urlsOf(upstream);
  }

  get state(): PoolState {
    return this.health().state;
  }

  get timings(): PoolTimings {
    return this.connections.timings;
  }

  /** Of the configured upstreams; `not_configured` where there is none, though absolute URLs work then as well. */
  health(): PoolHealth {
    if (this.endpoints.length === 0) return { state: 'not_configured', sinceMs: this.createdMs, lastError: undefined };
    return summarise(this.endpoints.map((endpoint) => endpoint.health()));
  }

  stats(): PoolStats {
    return withQuantiles(this.counts());
  }

  counts(): PoolCounts {
    return httpCounts(this, this.connections, this.endpoints, this.options.maxWaiting);
  }

  async start(): Promise<void> {
    await Promise.all(this.endpoints.map(({ probe }) => probe?.check()));
  }

  /** `max` counts the connections to all origins; they are opened when needed, so `min` stays 0. */
  resize(limits: Partial<PoolLimits>): void {
    this.connections.resize(limits);
  }

  async drain(timeoutMs: number): Promise<void> {
    for (const { probe } of this.endpoints) probe?.stop();
    await this.connections.drain(timeoutMs);
  }
}

/** `GET https://host:port` or `GET upstream:`; the path stays out, it may hold a secret. */
function requestLine(url: string | URL, method = 'GET'): string {
  const text = String(url);
  const upstream = /^[\w.-]{1,63}:(?=\/(?!\/))/.exec(text)?.[0];
  return `${method} ${upstream ?? URL.parse(text)?.origin ?? 'an invalid URL'}`;
}
