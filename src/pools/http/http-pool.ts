import type { Dispatcher } from 'undici';
import type { Clock } from '../../common/clock';
import type { Credentials } from '../credentials.options';
import type { HealthProbe } from '../health-probe';
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
import { retryAfter } from '../retry';
import { RetryBudget } from '../retry-budget';
import { type AttemptLimits, HttpAttempt } from './http-attempt';
import { HttpConnections } from './http-connections';
import type { HttpEndpoint } from './http-endpoint';
import { connectionOptions, HTTP_DEFAULTS, type HttpPoolSettings, type HttpRequestOptions } from './http.options';
import type { HttpResponse } from './http-response';
import { retriesOf } from './http-retries';
import { type HttpTarget, HttpTargets } from './http-targets';
import { isRepeatable, isTransient, TransientResponseError } from './repeatable';
import { ResponseCollector } from './response-collector';
import { retryAfterMs } from './retry-after';
import { httpCounts } from './http-counts';
import { tcpProbe } from './tcp-probe';

type Deadline = Pick<AttemptLimits, 'totalTimeoutMs' | 'deadlineMs'>;

/**
 * HTTP requests within one limit of connections for all origins and one for each, to absolute URLs or to the upstreams
 * of `http.upstreams` by name (`billing:/invoices/7`), where each may have several servers. A request ends within its
 * deadline, waiting for a connection and trying again included; its answer is read to the end, redirects are not
 * followed.
 */
export class HttpPool implements Pool {
  readonly name = 'http';
  readonly kind = 'http';
  private readonly connections: HttpConnections;
  private readonly targets: HttpTargets;
  private readonly endpoints: readonly HttpEndpoint[];
  private readonly retryBudget: RetryBudget;
  private readonly createdMs: number;

  constructor(
    private readonly options: HttpPoolSettings,
    private readonly clock: Clock,
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
    const makeProbe = (origin: string): HealthProbe => tcpProbe(this.name, origin, options, clock);
    this.targets = new HttpTargets(this.name, options, this.connections, makeProbe, clock);
    this.endpoints = this.targets.configured;
    this.retryBudget = new RetryBudget(clock);
  }

  /**
   * Sends one request and answers with the whole response, whatever its status.
   * @throws HttpTimeoutError, HttpConnectError, HttpExchangeError, HttpResponseTooLargeError, HttpTargetInvalidError,
   * PoolAcquireTimeoutError, PoolQueueFullError, PoolBreakerOpenError, PoolClosedError, the signal's reason
   */
  request(url: string | URL, options: HttpRequestOptions = {}): Promise<HttpResponse> {
    if (!poolRequests.hasSubscribers) return this.send(url, options);
    const operation = new PoolOperation(this.name, 'request', requestLine(url, options.method));
    return traceOperation(poolRequests, operation, () => this.send(url, options));
  }

  private async send(url: string | URL, options: HttpRequestOptions): Promise<HttpResponse> {
    options.signal?.throwIfAborted();
    const target = this.targets.find(url);
    const totalTimeoutMs = options.totalTimeoutMs ?? HTTP_DEFAULTS.totalTimeoutMs;
    const deadline = { totalTimeoutMs, deadlineMs: this.clock.monotonic() + totalTimeoutMs };
    const tried = new Set<HttpEndpoint>();
    this.retryBudget.deposit();
    try {
      return await this.attempt(target, options, deadline, tried, 1);
    } catch (failure) {
      return await this.retryRequest(failure, target, options, deadline, tried);
    }
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

  /** Tries again after a first failure, where that is safe; if a 429 or 5xx remains, it is the answer. */
  private async retryRequest(
    failure: unknown,
    target: HttpTarget,
    options: HttpRequestOptions,
    deadline: Deadline,
    tried: Set<HttpEndpoint>,
  ): Promise<HttpResponse> {
    let attempts = 1;
    try {
      return await retryAfter(failure, () => this.attempt(target, options, deadline, tried, ++attempts), {
        ...retriesOf(target.upstream),
        budget: this.retryBudget,
        clock: this.clock,
        deadlineMs: deadline.deadlineMs,
        signal: options.signal,
        decide: (error) => {
          if (!isRepeatable(error, options)) return 'give-up';
          // Another server may be able to answer at once.
          if (target.upstream.hasChoice || !(error instanceof TransientResponseError)) return { afterMs: 0 };
          return { afterMs: retryAfterMs(error.response.headers['retry-after'], this.clock) };
        },
        onRetry: () => this.connections.counters.retries++,
      });
    } catch (error) {
      if (error instanceof TransientResponseError) return error.response;
      throw error;
    }
  }

  private async attempt(
    { upstream, path }: HttpTarget,
    options: HttpRequestOptions,
    deadline: Deadline,
    tried: Set<HttpEndpoint>,
    attempts: number,
  ): Promise<HttpResponse> {
    const { method = 'GET', headers, body, signal, maxResponseBytes = HTTP_DEFAULTS.maxResponseBytes } = options;
    const route = upstream.routeOf(method, path);
    const endpoint = upstream.pick(route, tried);
    tried.add(endpoint);
    const request = { method, path: endpoint.basePath + path, headers: headers ?? null, body: body ?? null };
    const limits = {
      ...deadline,
      pool: this.name,
      maxResponseBytes,
      signal,
      route,
      ignoreOpenBreaker: upstream.hasChoice,
    };
    const credentials = hasAuthorization(headers) ? undefined : upstream.credentials;
    if (credentials === undefined) return answered(await this.exchange(endpoint, request, limits), attempts);
    const send = (used: Credentials) =>
      this.exchange(endpoint, { ...request, headers: { ...headers, authorization: authorization(used) } }, limits);
    const used = await credentials.get();
    const first = await send(used);
    const isStale = first.status === 401 && credentials.mayRenew(used);
    return answered(isStale ? await send(await credentials.get()) : first, attempts);
  }

  private async exchange(
    endpoint: HttpEndpoint,
    request: Dispatcher.DispatchOptions,
    limits: AttemptLimits,
  ): Promise<HttpResponse> {
    let attempt!: HttpAttempt;
    const response = await new Promise<HttpResponse>((resolve, reject) => {
      const collector = new ResponseCollector(endpoint.origin, resolve, reject);
      attempt = new HttpAttempt(endpoint, this.connections, request, limits, collector, this.clock);
      attempt.start();
    });
    response.reused = attempt.reused;
    return response;
  }
}

/** What the caller has written goes before the credentials of the upstream. */
const hasAuthorization = (headers: HttpRequestOptions['headers']): boolean =>
  Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'authorization');

function authorization({ username, password }: Credentials): string {
  if (username === undefined) return `Bearer ${password}`;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The answer to one attempt. @throws TransientResponseError for one that may be different when it is asked again */
function answered(response: HttpResponse, attempts: number): HttpResponse {
  response.attempts = attempts;
  if (isTransient(response.status)) throw new TransientResponseError(response);
  return response;
}

/** `GET https://host:port` or `GET upstream:`; the path stays out, it may hold a secret. */
function requestLine(url: string | URL, method = 'GET'): string {
  const text = String(url);
  const upstream = /^[\w.-]{1,63}:(?=\/(?!\/))/.exec(text)?.[0];
  return `${method} ${upstream ?? URL.parse(text)?.origin ?? 'an invalid URL'}`;
}
