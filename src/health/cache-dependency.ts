import type { Dependency, DependencyState } from './dependency-health';

/** What is read of the cache: its second tier, where there is one. */
export interface CacheFigures {
  counts(): { readonly memory: unknown; readonly redis?: RedisFigures | undefined };
}

interface RedisFigures {
  readonly breaker: string;
  readonly bus: string;
  readonly missing: readonly { readonly what: string; readonly severity: string; readonly remedy: string }[];
}

/** The cache as a dependency: without its second tier it only gets slower, so it is never down. */
export class CacheDependency implements Dependency {
  readonly name = 'cache';
  constructor(private readonly cache: CacheFigures) {}

  get state(): DependencyState {
    return this.reason === undefined ? 'up' : 'degraded';
  }

  get reason(): string | undefined {
    const { redis } = this.cache.counts();
    if (redis === undefined) return undefined;
    const missing = redis.missing.filter(({ severity }) => severity !== 'slower');
    const reasons = [
      ...(redis.breaker === 'closed' ? [] : ['Redis is not used']),
      ...(redis.bus === 'lost' ? ['bus lost'] : []),
      ...missing.map(({ what, remedy }) => `${what} missing: ${remedy}`),
    ];
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }
}
