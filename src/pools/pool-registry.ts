import type { Pool, PoolCounts, PoolStats } from './pool';
import { PoolUnknownError } from './pools.errors';

/** All pools by name, for monitoring and administration. */
export class PoolRegistry {
  private readonly pools: ReadonlyMap<string, Pool>;

  constructor(pools: readonly Pool[]) {
    this.pools = new Map(pools.map((pool) => [pool.name, pool]));
  }

  /** @throws PoolUnknownError */
  get(name: string): Pool {
    const pool = this.pools.get(name);
    if (pool === undefined) throw new PoolUnknownError(name, [...this.pools.keys()]);
    return pool;
  }

  all(): Pool[] {
    return [...this.pools.values()];
  }

  stats(): PoolStats[] {
    return this.all().map((pool) => pool.stats());
  }

  /** The same without quantiles. */
  counts(): PoolCounts[] {
    return this.all().map((pool) => pool.counts());
  }
}
