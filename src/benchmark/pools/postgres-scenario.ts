import { Injectable, Logger } from '@nestjs/common';
import type { Pool as DriverPool } from 'pg';
import { z } from 'zod';
import { DirectConnections } from '../../pools/direct-connections';
import { Pools } from '../../pools/pools.service';
import { whole } from '../bounds';
import { BenchTable } from '../cached-read/bench-table';
import { BenchmarkScenario, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { comparisonShape, PoolComparison } from './pool-comparison';

const parameters = z.strictObject({
  ...comparisonShape,
  statement: z.enum(['by-key', 'select-1']).default('by-key').describe('by-key: a row of about 500 B by its key'),
  rows: whole(100, 100_000).default(10_000).describe('of by-key: rows of the table'),
});
type Parameters = z.infer<typeof parameters>;

const STATEMENT_TIMEOUT_MS = 5_000;

/** A statement to PostgreSQL with pg's own pool, or with a connection for each, and through our pool. */
@BenchmarkScenario()
@Injectable()
export class PostgresScenario implements BenchmarkScenario<Parameters> {
  readonly name = 'postgres';
  readonly description = "A statement to PostgreSQL through the pool, and with the driver's own connections";
  readonly parameters = parameters;
  readonly requires = ['postgres'] as const;
  private readonly logger = new Logger(PostgresScenario.name);

  constructor(
    private readonly pools: Pools,
    private readonly direct: DirectConnections,
    private readonly comparison: PoolComparison,
  ) {}

  async run(given: Parameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const table = given.statement === 'by-key' ? new BenchTable(this.pools.postgres, context.runId) : undefined;
    const driver = await this.direct.postgres(given.callers);
    try {
      await table?.create(given.rows, context.signal);
      return await this.comparison.compare(this.variants(driver, table, given), given, context);
    } finally {
      await driver.end();
      await table
        ?.drop()
        .catch((error: unknown) => this.logger.warn(`The table of run ${context.runId} stays: ${error}`));
    }
  }

  private variants(driver: DriverPool, table: BenchTable | undefined, { rows, against }: Parameters) {
    const text = table?.select ?? 'SELECT 1';
    const values = (n: number) => (table === undefined ? [] : [(n % rows) + 1]);
    const options = { timeoutMs: STATEMENT_TIMEOUT_MS };
    return {
      through: (n: number) => this.pools.postgres.query(text, values(n), options),
      without: async (n: number) => {
        if (against === 'driver') return driver.query(text, values(n));
        const client = await driver.connect();
        try {
          return await client.query(text, values(n));
        } finally {
          client.release(true); // and closes it
        }
      },
    };
  }
}
