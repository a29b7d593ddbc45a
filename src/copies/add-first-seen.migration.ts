import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a copy of this name is known: a restart does not change it. */
export class AddFirstSeen1764200200000 implements MigrationInterface {
  readonly name = 'AddFirstSeen1764200200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE copies ADD COLUMN first_seen_at timestamptz NOT NULL DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE copies DROP COLUMN first_seen_at');
  }
}
