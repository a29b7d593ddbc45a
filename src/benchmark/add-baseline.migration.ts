import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which runs later ones of their scenario are compared with. */
export class AddBaseline1764200300000 implements MigrationInterface {
  readonly name = 'AddBaseline1764200300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE benchmark_runs ADD COLUMN baseline boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE benchmark_runs DROP COLUMN baseline');
  }
}
