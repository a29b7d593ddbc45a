import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who the copies are, which of them leads, and what was changed over HTTP for all of them. */
export class CreateCopies1764200000000 implements MigrationInterface {
  readonly name = 'CreateCopies1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE copies (
      id text PRIMARY KEY,
      run uuid NOT NULL,
      version text NOT NULL,
      started_at timestamptz NOT NULL,
      seen_at timestamptz NOT NULL,
      ended_at timestamptz
    )`);
    await runner.query(`CREATE TABLE leases (
      name text PRIMARY KEY,
      run uuid NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query('CREATE SEQUENCE shared_changes_version');
    await runner.query(`CREATE TABLE shared_changes (
      kind text NOT NULL,
      name text NOT NULL,
      value jsonb NOT NULL,
      version bigint NOT NULL UNIQUE,
      instance text NOT NULL,
      changed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (kind, name)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shared_changes, leases, copies');
    await runner.query('DROP SEQUENCE shared_changes_version');
  }
}
