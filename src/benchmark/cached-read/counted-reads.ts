import type { CacheNamespace } from '../../cache/cache-namespace';
import type { Pools } from '../../pools/pools.service';

const READ_TIMEOUT_MS = 5_000;

/** Reads of a row from PostgreSQL by a prepared statement; counts what was sent. */
export class CountedReads {
  sent = 0;
  private readonly options: { readonly name: string; readonly timeoutMs: number };

  constructor(
    private readonly postgres: Pools['postgres'],
    private readonly statement: string,
    name: string,
  ) {
    this.options = { name, timeoutMs: READ_TIMEOUT_MS };
  }

  async read(id: number): Promise<unknown> {
    this.sent++;
    const { rows } = await this.postgres.query(this.statement, [id], this.options);
    return rows[0];
  }
}

/**
 * The same reads through a cache; counts as a miss every read that had to wait for PostgreSQL, its own or another's
 * load.
 */
export class CountedCache {
  misses = 0;
  private readonly loading = new Set<number>();

  constructor(
    private readonly cache: CacheNamespace,
    private readonly prefix: string,
    private readonly load: (id: number) => Promise<unknown>,
  ) {}

  read(id: number): Promise<unknown> {
    if (this.loading.has(id)) this.misses++;
    return this.cache.getOrSet(`${this.prefix}:${id}`, () => this.miss(id));
  }

  private async miss(id: number): Promise<unknown> {
    this.misses++;
    this.loading.add(id);
    try {
      return await this.load(id);
    } finally {
      this.loading.delete(id);
    }
  }
}
