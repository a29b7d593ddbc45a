import type { CredentialsFunction } from '../credentials.options';
import type { HttpProxy } from '../http/http-proxy';
import type { HttpConnectionSettings } from '../http/http.options';
import type { HttpPoolOptions } from '../pools.options';
import type { TlsOptions } from '../tls.options';

export type QdrantPoolSettings = HttpConnectionSettings &
  Pick<HttpPoolOptions, 'probeIntervalMs' | 'probeTimeoutMs' | 'breaker'> & {
    /** The servers of one cluster, each of which can answer everything; none: not configured. */
    readonly urls: readonly string[];
    readonly apiKey?: string | undefined;
    readonly credentials?: CredentialsFunction | undefined;
    /** Through which proxy a server is reached; default: none. */
    readonly proxyFor?: (server: URL) => HttpProxy | undefined;
  } & TlsOptions;

export interface QdrantUseOptions {
  /** For everything `use` does, waiting for connections and trying again included, in milliseconds. Default 10 000. */
  readonly totalTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether failed reads, PUTs and DELETEs are tried again. Default true. */
  readonly retry?: boolean;
}
