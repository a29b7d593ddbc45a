import type { QdrantClient } from '@qdrant/js-client-rest';
import type { Clock } from '../../common/clock';
import { CREDENTIALS_TIMEOUT_MS, CredentialsSource } from '../credentials-source';
import { breakerOptions, type HttpBreakerOptions } from '../http/http-breaker.options';
import type { OriginAccess } from '../http/http-connection';
import { HttpConnections } from '../http/http-connections';
import { HttpEndpoint } from '../http/http-endpoint';
import { connectionOptions, HTTP_DEFAULTS } from '../http/http.options';
import { httpCounts } from '../http/http-counts';
import { HttpUpstream } from '../http/http-upstream';
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
import { type PoolIdentity, QDRANT_POOL } from '../pools-option';
import { RetryBudget } from '../retry-budget';
import { Tls } from '../tls';
import type { QdrantCall } from './qdrant-call';
import type { QdrantPoolSettings, QdrantUseOptions } from './qdrant.options';
import { qdrantPackage } from './qdrant-package';
import { readinessProbe } from './readiness-probe';
import type { QdrantApi } from './safe-operations';

/** The port of Qdrant where the URL names none. */
const DEFAULT_PORT = '6333';

/**
 * Qdrant through its official client, over our connections: limits, deadlines, breaker, balancing and figures are those
 * of the HTTP pool. Without a URL every call rejects with `PoolNotConfiguredError`.
 */
export class QdrantPool implements Pool {
  readonly name: string;
  readonly kind = 'qdrant';
  readonly configured: boolean;
  private readonly connections: HttpConnections;
  private readonly credentials: CredentialsSource | undefined;
  private readonly breaker: HttpBreakerOptions | undefined;
  private readonly endpoints: readonly HttpEndpoint[];
  private readonly upstream: HttpUpstream | undefined;
  private readonly client: QdrantClient | undefined;
  private readonly retryBudget: RetryBudget;
  private readonly createdMs: number;
  private draining: Promise<void> | undefined;

  constructor(
    private readonly options: QdrantPoolSettings,
    private readonly clock: Clock,
    identity: PoolIdentity = QDRANT_POOL,
  ) {
    this.name = identity.name;
    this.createdMs = clock.now();
    this.configured = options.urls.length > 0;
    this.retryBudget = new RetryBudget(clock);
    this.connections = new HttpConnections(
      {
        ...connectionOptions(options),
        name: this.name,
        maxPerOrigin: options.maxConnections,
        limitOptions: identity.limits,
      },
      clock,
    );
    this.breaker = breakerOptions(options.breaker);
    const tls = Tls.of(options, identity.path);
    if (options.credentials !== undefined) {
      this.credentials = new CredentialsSource(options.credentials, CREDENTIALS_TIMEOUT_MS, clock);
    }
    const headers: Record<string, string> = options.apiKey === undefined ? {} : { 'api-key': options.apiKey };
    this.endpoints = options.urls.map((text) => {
      const url = withPort(text);
      return this.makeEndpoint(url, { tls, proxy: options.proxyFor?.(url) }, headers);
    });
    this.upstream = this.configured ? new HttpUpstream(this.endpoints) : undefined;
    // The pool decides host and timeout of each call; the compatibility check would send a request in the constructor.
    const client = { url: 'http://qdrant', headers, timeout: Infinity, checkCompatibility: false };
    if (this.configured) this.client = new (qdrantPackage().QdrantClient)(client);
  }

  /**
   * Calls `work` with the client; all its calls together end within `totalTimeoutMs`. Throws what `work` throws: the
   * client's errors for what Qdrant answered, and what `HttpPool.request` throws for what happened on the way.
   */
  async use<T>(work: (client: QdrantClient) => Promise<T>, options: QdrantUseOptions = {}): Promise<T> {
    const { client } = this;
    if (this.upstream === undefined || client === undefined) throw this.connections.refusals.notConfigured();
    if (this.draining) throw this.connections.refusals.closed();
    options.signal?.throwIfAborted();
    const totalTimeoutMs = options.totalTimeoutMs ?? HTTP_DEFAULTS.totalTimeoutMs;
    const context = {
      pool: this.name,
      totalTimeoutMs,
      deadlineMs: this.clock.monotonic() + totalTimeoutMs,
      signal: options.signal,
      retry: options.retry ?? true,
    };
    const { upstream, connections, retryBudget, clock, credentials } = this;
    const call = new (qdrantPackage().QdrantCall)(upstream, connections, retryBudget, clock, context, credentials);
    return await work(clientFor(client, call));
  }

  get state(): PoolState {
    return this.health().state;
  }

  get timings(): PoolTimings {
    return this.connections.timings;
  }

  health(): PoolHealth {
    if (!this.configured) return { state: 'not_configured', sinceMs: this.createdMs, lastError: undefined };
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

  resize(limits: Partial<PoolLimits>): void {
    this.connections.resize(limits);
  }

  drain(timeoutMs: number): Promise<void> {
    for (const { probe } of this.endpoints) probe?.stop();
    this.draining ??= this.connections.drain(timeoutMs);
    return this.draining;
  }

  private makeEndpoint(url: URL, access: OriginAccess, headers: Readonly<Record<string, string>>): HttpEndpoint {
    const { name: pool, connections, options, clock } = this;
    const { origin, pathname } = url;
    const times = {
      pool,
      intervalMs: options.probeIntervalMs ?? HTTP_DEFAULTS.probeIntervalMs,
      timeoutMs: options.probeTimeoutMs ?? HTTP_DEFAULTS.probeTimeoutMs,
    };
    return new HttpEndpoint(
      pool,
      pathname.replace(/\/$/, ''),
      () => connections.at(origin, access),
      origin,
      (endpoint) => readinessProbe(endpoint, connections, headers, times, clock),
      this.breaker,
      clock,
    );
  }
}

function withPort(text: string): URL {
  const url = new URL(text);
  // `https://host:443` and `https://host` parse alike; only the text tells whether a port was asked for.
  if (url.port === '' && !/:\d+(\/|$)/.test(text)) url.port = DEFAULT_PORT;
  return url;
}

/** The client as this call sees it: the same, but its operations go through `call`. */
function clientFor(client: QdrantClient, call: QdrantCall): QdrantClient {
  const api = new Proxy(client.api(), {
    get: (target, name, receiver) => {
      const operation: unknown = Reflect.get(target, name, receiver);
      return typeof operation === 'function' ? call.wrap(String(name), operation as never) : operation;
    },
  });
  return Object.create(client, { _openApiClient: { value: api satisfies QdrantApi } }) as QdrantClient;
}
