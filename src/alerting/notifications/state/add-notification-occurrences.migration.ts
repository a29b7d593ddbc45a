import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which occurrences of alerts an event is about, so that the history of an alert finds what was told of it. */
export class AddNotificationOccurrences1764310000000 implements MigrationInterface {
  readonly name = 'AddNotificationOccurrences1764310000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE alert_notification_events ADD COLUMN occurrences text[] NOT NULL DEFAULT '{}'`);
    await runner.query(
      'CREATE INDEX alert_notification_events_occurrences ON alert_notification_events USING gin (occurrences)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE alert_notification_events DROP COLUMN occurrences');
  }
}
