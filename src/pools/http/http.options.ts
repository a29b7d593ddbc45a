import type { HttpPoolOptions } from '../pools.options';

export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The options of one request. */
export interface HttpRequestOptions {
  /** Default `GET`. */
  readonly method?: HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From the call to the last byte of the answer, queueing and retries included, in milliseconds. Default 10 000. */
  readonly totalTimeoutMs?: number;
  /** Largest answer in bytes. Default 16 MiB. */
  readonly maxResponseBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether to try again after a failure or a 502, 503, 504 or 429. Default: GET, HEAD, OPTIONS, PUT and DELETE; the
   * others only when they were certainly not sent. `true` declares this request safe to repeat.
   */
  readonly retry?: boolean;
}

export interface HttpLimits {
  readonly acquireTimeoutMs: number;
  readonly maxWaiting: number;
}

export type HttpPoolSettings = HttpPoolOptions & HttpLimits;

/** The options of connections that the HTTP pool and the Qdrant pool share. */
export type HttpConnectionSettings = HttpLimits &
  Pick<HttpPoolOptions, 'maxConnections' | 'connectTimeoutMs' | 'idleTimeoutMs' | 'maxLifetimeMs'>;

export const HTTP_DEFAULTS = {
  totalTimeoutMs: 10_000,
  maxResponseBytes: 16 * 1_048_576,
  connectTimeoutMs: 2_000,
  idleTimeoutMs: 15_000,
  maxLifetimeMs: 600_000,
  probeIntervalMs: 5_000,
  probeTimeoutMs: 1_000,
} as const;

/** These settings in the form that the connections take, with defaults filled in. */
export const connectionOptions = (settings: HttpConnectionSettings) => ({
  max: settings.maxConnections,
  maxWaiting: settings.maxWaiting,
  acquireTimeoutMs: settings.acquireTimeoutMs,
  connectTimeoutMs: settings.connectTimeoutMs ?? HTTP_DEFAULTS.connectTimeoutMs,
  idleTimeoutMs: settings.idleTimeoutMs ?? HTTP_DEFAULTS.idleTimeoutMs,
  maxLifetimeMs: settings.maxLifetimeMs ?? HTTP_DEFAULTS.maxLifetimeMs,
});
