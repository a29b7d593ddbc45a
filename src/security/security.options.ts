import type { Principal } from '../http/access.decorator';

export interface RateLimitOptions {
  readonly enabled: boolean;
  /** Per minute, for each pair of token and address. */
  readonly readsPerMinute: number;
  readonly changesPerMinute: number;
  /** Per minute, for each address. */
  readonly failedLoginsPerMinute: number;
}

export interface SecurityOptions {
  /** Refuses to start without configured tokens. */
  readonly production: boolean;
  /** Folder of the generated token. */
  readonly dataDir: string;
  readonly tokens: readonly { readonly scope: Principal['scope']; readonly token: string }[];
  /** Whether /metrics answers without a token. */
  readonly metricsPublic: boolean;
  readonly rateLimits: RateLimitOptions;
  /** Begins the names of the counters in Redis. */
  readonly keyPrefix?: string;
  /** What one question to Redis may take before this process counts by itself. */
  readonly redisTimeoutMs?: number;
}

export const SECURITY_OPTIONS = Symbol('SECURITY_OPTIONS');
