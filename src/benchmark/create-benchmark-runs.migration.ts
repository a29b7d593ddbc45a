import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The last benchmark runs of all copies, see `RunStore`. */
export class CreateBenchmarkRuns1764200100000 implements MigrationInterface {
  readonly name = 'CreateBenchmarkRuns1764200100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE benchmark_runs (
      id text PRIMARY KEY,
      run jsonb NOT NULL,
      cancelled boolean NOT NULL DEFAULT false,
      started_at timestamptz NOT NULL DEFAULT now(),
      saved_at timestamptz NOT NULL DEFAULT now()
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE benchmark_runs');
  }
}
