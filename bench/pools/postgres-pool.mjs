import { built } from '../lib/built.mjs';

/** The service's PostgreSQL pool as it runs by default, started; `overrides` are of its options. */
export async function postgresPool(url, limits, overrides) {
  const { SystemClock } = built('common/clock');
  const { PostgresPool } = built('pools/postgres/postgres-pool');
  const { ExternalPostgres } = built('pools/postgres/postgres-server-source');
  const postgres = {
    url,
    embeddedDataDir: undefined,
    connectTimeoutMs: 2_000,
    queryTimeoutMs: 30_000,
    pgbouncer: false,
    ...limits,
  };
  const options = { acquireTimeoutMs: 5_000, maxWaiting: 1_000, drainTimeoutMs: 1_000, ...overrides, postgres };
  const pool = new PostgresPool(new ExternalPostgres(url), options, new SystemClock());
  await pool.start();
  return pool;
}
