import { type Clock, SystemClock } from '../../src/common/clock';
import type { PostgresPoolOptions } from '../../src/pools/pools.options';
import { PostgresPool, type PostgresPoolSettings } from '../../src/pools/postgres/postgres-pool';
import { ExternalPostgres } from '../../src/pools/postgres/postgres-server-source';

type Overrides = Partial<Omit<PostgresPoolSettings, 'postgres'>> & { readonly postgres?: Partial<PostgresPoolOptions> };

/** A started PostgreSQL pool of a test's own; `url` undefined: not configured. */
export async function postgresPool(url: string | undefined, overrides: Overrides = {}): Promise<PostgresPool> {
  const pool = makePostgresPool(url, overrides, new SystemClock());
  await pool.start();
  return pool;
}

/** The same, not started yet. */
export function makePostgresPool(url: string | undefined, overrides: Overrides, clock: Clock): PostgresPool {
  const options: PostgresPoolSettings = {
    acquireTimeoutMs: 5_000,
    maxWaiting: 1_000,
    ...overrides,
    postgres: {
      url,
      min: 1,
      max: 4,
      connectTimeoutMs: 2_000,
      queryTimeoutMs: 10_000,
      pgbouncer: false,
      ...overrides.postgres,
    },
  };
  return new PostgresPool(url === undefined ? undefined : new ExternalPostgres(url), options, clock);
}
