import type { HttpPoolOptions } from '../pools.options';
import type { BodyStream } from './outgoing-body';

export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What requests and streams have in common. */
interface HttpCallOptions {
  /** Default `GET`. */
  readonly method?: HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream (of Node or of the web, or a generator) is sent as it is read, and only once: never again, when it was begun. */
  readonly body?: string | Uint8Array | BodyStream;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether to try again after a failure or a 502, 503, 504 or 429. Default: GET, HEAD, OPTIONS, PUT and DELETE; the
   * others only when they were certainly not sent. `true` declares this request safe to repeat.
   */
  readonly retry?: boolean;
  /** Whether a body in gzip, br or zstd is asked for, and decoded. Default true. */
  readonly decompress?: boolean;
  /**
   * How many redirects are followed, by the rules of fetch: a POST becomes a GET after 301, 302 and 303, and credentials
   * are sent to the same origin only. Default 0: the answer with the redirect is returned.
   */
  readonly maxRedirects?: number;
}

/** The options of one request. */
export interface HttpRequestOptions extends HttpCallOptions {
  /** From the call to the last byte of the answer, queueing and retries included, in milliseconds. Default 10 000. */
  readonly totalTimeoutMs?: number;
  /** Largest answer in bytes, also when it is decoded. Default 16 MiB. */
  readonly maxResponseBytes?: number;
}

/** The options of one request whose answer is read as it comes. */
export interface HttpStreamOptions extends HttpCallOptions {
  /** From the call to the head of the answer, queueing and retries included, in milliseconds. Default 10 000. */
  readonly totalTimeoutMs?: number;
  /** How long no byte of the body need be moved, neither by the server nor by the reader (ms). Default 30 000. */
  readonly stallTimeoutMs?: number;
  /** Largest answer in bytes, also when it is decoded. Default: any. */
  readonly maxResponseBytes?: number;
}

export interface HttpLimits {
  readonly acquireTimeoutMs: number;
  readonly maxWaiting: number;
}

/** Without proxies requests go directly. */
export type HttpPoolSettings = Omit<HttpPoolOptions, 'proxy'> & Partial<Pick<HttpPoolOptions, 'proxy'>> & HttpLimits;

/** The options of connections that the HTTP pool and the Qdrant pool share. */
export type HttpConnectionSettings = HttpLimits &
  Pick<HttpPoolOptions, 'maxConnections' | 'connectTimeoutMs' | 'idleTimeoutMs' | 'maxLifetimeMs'>;

export const HTTP_DEFAULTS = {
  totalTimeoutMs: 10_000,
  stallTimeoutMs: 30_000,
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
