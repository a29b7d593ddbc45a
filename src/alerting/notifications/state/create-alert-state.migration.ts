import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the notifications of alerts must not forget, see `SharedState`, and what has happened with them. */
export class CreateAlertState1764300000000 implements MigrationInterface {
  readonly name = 'CreateAlertState1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE alert_state_version');
    await runner.query(`CREATE TABLE alert_state (
      kind text NOT NULL,
      id text NOT NULL,
      value jsonb,
      version bigint NOT NULL UNIQUE,
      changed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (kind, id)
    )`);
    await runner.query(`CREATE TABLE alert_events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL,
      kind text NOT NULL,
      alertnames text[] NOT NULL,
      detail jsonb NOT NULL
    )`);
    await runner.query('CREATE INDEX alert_events_at ON alert_events (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert_events, alert_state');
    await runner.query('DROP SEQUENCE alert_state_version');
  }
}
