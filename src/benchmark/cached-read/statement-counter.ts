import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../common/clock';
import type { Pools } from '../../pools/pools.service';
import type { BenchTable } from './bench-table';

const TIMEOUT_MS = 5_000;
/** An idle backend of PostgreSQL hands its statistics on within 10 s. */
const SETTLE_MS = 12_000;
const POLL_MS = 250;
const FLUSH_TIMEOUT_MS = 500;

/** How often PostgreSQL itself says it executed a statement, or something in proportion to it. */
export interface StatementCounter {
  readonly source: 'pg_stat_statements' | 'pg_stat_database';
  /** Executions since the counter was made; waits until our `sent` ones are counted, or will not be any more. */
  read(sent: number, signal?: AbortSignal): Promise<number>;
}

type Postgres = Pools['postgres'];

/**
 * `pg_stat_statements` where the server has it (the embedded one does): exact and of this statement alone. Elsewhere
 * the transactions of the database, which count what others do there as well.
 */
export async function statementCounter(postgres: Postgres, table: BenchTable, clock: Clock): Promise<StatementCounter> {
  return (await byStatement(postgres, table)) ?? byDatabase(postgres, clock);
}

async function byStatement(
  postgres: Postgres,
  { schema, select: statement }: BenchTable,
): Promise<StatementCounter | undefined> {
  try {
    // A database without the extension gets it in the schema of the run, and loses it with that schema.
    await postgres.query(`CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA ${schema}`, [], {
      timeoutMs: TIMEOUT_MS,
    });
    const { rows } = await postgres.query<{ schema: string }>(
      `SELECT quote_ident(nspname) AS schema FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
       WHERE extname = 'pg_stat_statements'`,
      [],
      { timeoutMs: TIMEOUT_MS },
    );
    const sql = `SELECT COALESCE(sum(calls), 0)::float8 AS calls FROM ${rows[0]!.schema}.pg_stat_statements
      WHERE query = $1 AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const calls = await figure(postgres, sql, [statement]); // refuses when the extension is there and not loaded
    return { source: 'pg_stat_statements', read: async () => (await figure(postgres, sql, [statement])) - calls };
  } catch {
    return undefined; // not installed, not loaded, or not ours to create: the other source works everywhere
  }
}

async function byDatabase(postgres: Postgres, clock: Clock): Promise<StatementCounter> {
  const sql = 'SELECT xact_commit::float8 AS calls FROM pg_stat_database WHERE datname = current_database()';
  const start = await figure(postgres, sql, []);
  return {
    source: 'pg_stat_database',
    async read(sent, signal) {
      const deadline = clock.monotonic() + SETTLE_MS;
      await handOnStatistics(postgres);
      for (;;) {
        const calls = (await figure(postgres, sql, [])) - start;
        if (calls >= sent || clock.monotonic() > deadline) return calls;
        await sleep(POLL_MS, undefined, { ...(signal && { signal }) });
      }
    },
  };
}

/**
 * Makes every idle connection hand its statistics on now (PostgreSQL 15 and later); without
 * it the counts only arrive later.
 */
async function handOnStatistics(postgres: Postgres): Promise<void> {
  const acquire = () => postgres.acquire({ acquireTimeoutMs: FLUSH_TIMEOUT_MS });
  // All at the same time, so that each is another connection.
  const leases = await Promise.allSettled(Array.from({ length: postgres.stats().idle }, acquire));
  const flushes = leases.map(async (result) => {
    if (result.status === 'rejected') return;
    await using lease = result.value;
    await lease.query('SELECT pg_stat_force_next_flush()', [], { timeoutMs: FLUSH_TIMEOUT_MS });
  });
  await Promise.allSettled(flushes);
}

async function figure(postgres: Postgres, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await postgres.query<{ calls: number }>(sql, values, { timeoutMs: TIMEOUT_MS });
  return rows[0]!.calls;
}
