import type { Pools } from '../../pools/pools.service';

/** PostgreSQL reserves names that begin with `pg_` for itself (error 42939), so it is `pgbench_` and the run. */
const SCHEMA_PREFIX = 'pgbench_';
const DDL_TIMEOUT_MS = 20_000;
/** The comment on our schemas: only schemas with it are dropped. */
const MARK = 'performance-gateway: table of a benchmark run, dropped at its end or at the next start';

type Postgres = Pools['postgres'];

/** A table of one run in a schema of its own. */
export class BenchTable {
  readonly select: string;
  readonly schema: string;
  private readonly table: string;

  constructor(
    private readonly postgres: Postgres,
    runId: string,
  ) {
    this.schema = `${SCHEMA_PREFIX}${runId}`;
    // A name of its own: since PostgreSQL 18 pg_stat_statements counts tables of one name in all schemas as one.
    this.table = `${this.schema}.items_${runId}`;
    this.select = `SELECT id, body FROM ${this.table} WHERE id = $1`;
  }

  /** Fills it with `rows` rows of about 500 B, that differ from each other. */
  async create(rows: number, signal: AbortSignal): Promise<void> {
    const options = { timeoutMs: DDL_TIMEOUT_MS, signal };
    await this.postgres.transaction(async (tx) => {
      await tx.query(`CREATE SCHEMA ${this.schema}`, [], options);
      await tx.query(`COMMENT ON SCHEMA ${this.schema} IS '${MARK}'`, [], options);
      await tx.query(`CREATE TABLE ${this.table} (id int PRIMARY KEY, body text NOT NULL)`, [], options);
      const fill = `INSERT INTO ${this.table}
        SELECT id, substr(repeat(md5(id::text), 16), 1, 490) FROM generate_series(1, $1::int) AS id`;
      await tx.query(fill, [rows], options);
    });
    await this.postgres.query(`VACUUM ANALYZE ${this.table}`, [], options);
  }

  drop(): Promise<unknown> {
    return dropSchema(this.postgres, this.schema);
  }

  /** Drops the tables of runs whose process was killed. The caller holds the lock under which every run happens. */
  static async dropLeftovers(postgres: Postgres): Promise<string[]> {
    const { rows } = await postgres.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = $1`,
      [MARK],
      { timeoutMs: DDL_TIMEOUT_MS },
    );
    for (const { name } of rows) await dropSchema(postgres, name);
    return rows.map(({ name }) => name);
  }
}

function dropSchema(postgres: Postgres, schema: string): Promise<unknown> {
  return postgres.query(`DROP SCHEMA IF EXISTS "${schema.replaceAll('"', '""')}" CASCADE`, [], {
    timeoutMs: DDL_TIMEOUT_MS,
  });
}
