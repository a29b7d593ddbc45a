import { Injectable, Logger, Optional } from '@nestjs/common';
import { Clock } from '../common/clock';
import { FailureLog } from '../common/log/failure-log';
import { SharedDatabase, table } from '../copies/shared-database';
import { BenchmarkAbortedError } from './benchmark.errors';
import type { BenchmarkRun } from './benchmark-run';

/** A run that has not been saved for so long (ms) has lost its process. */
const LOST_AFTER_MS = 10_000;

interface Row {
  readonly run: BenchmarkRun;
  readonly lost: boolean;
  readonly baseline: boolean;
}

/**
 * The last runs of all copies in the database. Where there is none, or it cannot be reached, nothing is found: each copy
 * has its own runs in memory besides.
 */
@Injectable()
export class RunStore {
  private readonly failures: FailureLog;

  constructor(
    clock: Clock,
    @Optional() private readonly database?: SharedDatabase,
  ) {
    this.failures = new FailureLog(
      new Logger('BenchmarkRunner'),
      clock,
      'Benchmark runs are kept in the database again',
    );
  }

  /** Keeps a run as it is. Resolves with whether another copy has asked to cancel it. */
  async save(run: BenchmarkRun): Promise<boolean> {
    const saved = await this.rows<{ cancelled: boolean }>(SAVE, [run.id, JSON.stringify(run)]);
    return saved[0]?.cancelled ?? false;
  }

  async get(id: string): Promise<BenchmarkRun | undefined> {
    const [row] = await this.rows<Row>(`${SELECT} WHERE id = $2`, [LOST_AFTER_MS, id]);
    return row && asItIs(row);
  }

  /** The latest, the newest first. */
  async list(limit: number): Promise<BenchmarkRun[]> {
    return (await this.rows<Row>(`${SELECT} ORDER BY started_at DESC LIMIT $2`, [LOST_AFTER_MS, limit])).map(asItIs);
  }

  /** Asks the copy that runs it to cancel it. */
  async cancel(id: string): Promise<void> {
    await this.rows(`UPDATE ${RUNS} SET cancelled = true WHERE id = $1`, [id]);
  }

  /** Makes it the run that later ones of its scenario are compared with, or none of them. */
  async pin(scenario: string, id: string | undefined): Promise<void> {
    await this.rows(`UPDATE ${RUNS} SET baseline = id IS NOT DISTINCT FROM $2 WHERE run ->> 'scenario' = $1`, [
      scenario,
      id ?? null,
    ]);
  }

  async baselineOf(scenario: string): Promise<BenchmarkRun | undefined> {
    const sql = `${SELECT} WHERE baseline AND run ->> 'scenario' = $2`;
    const [row] = await this.rows<Row>(sql, [LOST_AFTER_MS, scenario]);
    return row && asItIs(row);
  }

  /** Forgets all but the latest and the baselines. */
  async keep(limit: number): Promise<void> {
    const kept = `SELECT id FROM ${RUNS} ORDER BY started_at DESC LIMIT $1`;
    await this.rows(`DELETE FROM ${RUNS} WHERE NOT baseline AND id NOT IN (${kept})`, [limit]);
  }

  private async rows<T extends object>(text: string, values: readonly unknown[]): Promise<T[]> {
    if (!this.database?.isConfigured) return [];
    try {
      const rows = await this.database.rows<T>(text, values);
      this.failures.succeeded();
      return rows;
    } catch (error) {
      this.failures.failed('Benchmark runs are known in their own copy only', error);
      return [];
    }
  }
}

const RUNS = table('benchmark_runs');
const SAVE = `
  INSERT INTO ${RUNS} AS r (id, run) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET run = excluded.run, saved_at = now()
    WHERE r.run ->> 'state' = 'running' -- of two that overtake each other, what is over stays so
  RETURNING cancelled`;
const SELECT = `SELECT run, baseline, saved_at < now() - $1 * interval '1 ms' AS lost FROM ${RUNS}`;

function asItIs({ run: kept, lost, baseline }: Row): BenchmarkRun {
  const run = { ...kept, baseline };
  if (run.state !== 'running' || !lost) return run;
  const { code, message } = new BenchmarkAbortedError('lost');
  return { ...run, state: 'failed', error: { code, detail: message } };
}
