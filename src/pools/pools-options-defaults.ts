import type { PoolsModuleOptions, PoolsOptions } from './pools.options';
import { checkPoolsOptions } from './pools-options-check';

/** Fills in the defaults of the service. @throws PoolsOptionsError for unknown names and URLs that cannot be right */
export function resolvePoolsOptions(given: PoolsModuleOptions): PoolsOptions {
  checkPoolsOptions(given);
  const { http } = given;
  const [postgres, redis, qdrant] = [withUrl(given.postgres), withUrl(given.redis), withUrl(given.qdrant)];
  const maxHttpConnections = http?.maxConnections ?? 100;
  return {
    acquireTimeoutMs: given.acquireTimeoutMs ?? 5_000,
    maxWaiting: given.maxWaiting ?? 1_000,
    drainTimeoutMs: given.drainTimeoutMs ?? 10_000,
    postgres: {
      url: undefined,
      embeddedDataDir: undefined,
      min: Math.min(5, postgres?.max ?? 5),
      max: 20,
      connectTimeoutMs: 2_000,
      queryTimeoutMs: 30_000,
      ...postgres,
    },
    redis: { url: undefined, maxConnections: 20, ...redis },
    http: { upstreams: {}, maxConnections: maxHttpConnections, maxConnectionsPerOrigin: maxHttpConnections, ...http },
    qdrant: { url: undefined, apiKey: undefined, ...qdrant },
  };
}

/** An empty URL is none: that is what an empty variable comes in as. */
function withUrl<O extends { readonly url?: string | undefined }>(options: O | undefined): O | undefined {
  return options?.url === '' ? { ...options, url: undefined } : options;
}
