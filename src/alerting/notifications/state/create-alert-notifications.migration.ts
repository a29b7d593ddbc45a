import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the notifications of alerts must not forget, see `SharedState`, and what has happened with them. */
export class CreateAlertNotifications1764300100000 implements MigrationInterface {
  readonly name = 'CreateAlertNotifications1764300100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE alert_notification_state_version');
    await runner.query(`CREATE TABLE alert_notification_state (
      kind text NOT NULL,
      id text NOT NULL,
      value jsonb,
      version bigint NOT NULL UNIQUE,
      changed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (kind, id)
    )`);
    await runner.query(`CREATE TABLE alert_notification_events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL,
      kind text NOT NULL,
      alertnames text[] NOT NULL,
      detail jsonb NOT NULL
    )`);
    await runner.query('CREATE INDEX alert_notification_events_at ON alert_notification_events (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert_notification_events, alert_notification_state');
    await runner.query('DROP SEQUENCE alert_notification_state_version');
  }
}
