import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How the alerts of each copy stand, and every change of them. */
export class CreateAlertRules1764300000000 implements MigrationInterface {
  readonly name = 'CreateAlertRules1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE alert_rule_states (
      instance text NOT NULL,
      rule text NOT NULL,
      alerts jsonb NOT NULL,
      evaluated_at bigint NOT NULL,
      PRIMARY KEY (instance, rule)
    )`);
    await runner.query(`CREATE TABLE alert_events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at_ms bigint NOT NULL,
      name text NOT NULL,
      severity text NOT NULL,
      labels jsonb NOT NULL,
      from_state text NOT NULL,
      to_state text NOT NULL,
      value double precision,
      lasted_ms bigint,
      instance text NOT NULL
    )`);
    await runner.query('CREATE INDEX alert_events_at ON alert_events (at_ms)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert_events, alert_rule_states');
  }
}
