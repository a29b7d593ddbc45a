import type { Dependency, DependencyState } from './dependency-health';

/** What is read of the cache: its second tier, where there is one. */
export interface CacheFigures {
  stats(): { readonly memory: unknown; readonly redis?: { readonly breaker: string } | undefined };
}

/** The cache as a dependency: without its second tier it only gets slower, so it is never down. */
export class CacheDependency implements Dependency {
  readonly name = 'cache';
  constructor(private readonly cache: CacheFigures) {}

  get state(): DependencyState {
    const breaker = this.cache.stats().redis?.breaker;
    return breaker === undefined || breaker === 'closed' ? 'up' : 'degraded';
  }
}
