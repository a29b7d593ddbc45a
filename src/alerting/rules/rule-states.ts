import { Labels } from '../../monitoring/series/labels';
import { table } from '../../copies/shared-database';
import type { ActiveAlert } from './active-alert';
import { identity, type RuleOfGroup } from './group-run';
import type { RuleGroups } from './rule-groups';

/** States that were not evaluated for so long (ms) are of rules and copies that are gone. */
const FORGOTTEN_MS = 7 * 86_400_000;

/** The database as far as states need it. */
export interface StateRows {
  rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

interface StateRow {
  readonly rule: string;
  readonly alerts: readonly StoredAlert[];
  readonly evaluated_at: string;
}

type StoredAlert = Omit<ActiveAlert, 'labels'> & { readonly labels: Readonly<Record<string, string>> };

/**
 * The states of this copy's alerts in PostgreSQL: written when one changes, read after a start, so that `for`, what fires
 * and `keep_firing_for` go on where the former process stood. The time without a process counts for nothing.
 */
export class RuleStates {
  private readonly saved = new Map<string, string>();
  /** States read that no rule of now has taken: a file that is not loaded yet. */
  private waiting = new Map<string, readonly ActiveAlert[]>();

  constructor(
    private readonly database: StateRows,
    private readonly instance: string,
  ) {}

  /** Reads what a former process of this copy has left. @throws what the database fails with */
  async load(nowMs: number): Promise<void> {
    for (const { rule, alerts, evaluated_at } of await this.database.rows<StateRow>(LOAD, [this.instance])) {
      const awayMs = Math.max(0, nowMs - Number(evaluated_at));
      this.waiting.set(
        rule,
        alerts.map((alert) => restored(alert, awayMs)),
      );
    }
  }

  /** Gives the rules what was read for them. */
  hand(groups: RuleGroups): void {
    if (this.waiting.size === 0) return;
    for (const [key, rule] of keyed(groups)) {
      const alerts = this.waiting.get(key);
      if (alerts === undefined) continue;
      rule.alerting?.restore(alerts);
      this.saved.set(key, ''); // there is a row
      this.waiting.delete(key);
    }
  }

  /** Writes what has changed since the last time. @throws what the database fails with */
  async save(groups: RuleGroups, evaluatedAtMs: number): Promise<void> {
    const current = new Map([...keyed(groups)].map(([key, rule]) => [key, rule.alerting?.all ?? []] as const));
    const changed: [key: string, signature: string, alerts: readonly ActiveAlert[]][] = [];
    for (const [key, alerts] of current) {
      const signature = signatureOf(alerts);
      if (signature !== (this.saved.get(key) ?? '[]')) changed.push([key, signature, alerts]);
    }
    const gone = [...this.saved.keys()].filter((key) => (current.get(key)?.length ?? 0) === 0);
    const kept = changed.filter(([, , alerts]) => alerts.length > 0);
    if (kept.length > 0) {
      const states = kept.map(([, , alerts]) => JSON.stringify(alerts.map(stored)));
      await this.database.rows(SAVE, [this.instance, kept.map(([key]) => key), states, evaluatedAtMs]);
      for (const [key, signature] of kept) this.saved.set(key, signature);
    }
    if (gone.length > 0) {
      await this.database.rows(FORGET, [this.instance, gone]);
      for (const key of gone) this.saved.delete(key);
    }
    if (this.saved.size > 0) await this.database.rows(BEAT, [this.instance, evaluatedAtMs, [...this.saved.keys()]]);
  }

  /** Forgets what no copy has evaluated for days: rules and copies that are gone. */
  async purge(nowMs: number): Promise<void> {
    await this.database.rows(PURGE, [nowMs - FORGOTTEN_MS]);
  }
}

function* keyed(groups: RuleGroups): Iterable<readonly [string, RuleOfGroup]> {
  for (const group of groups.all) for (const rule of group.rules) yield [`${group.key};${identity(rule.rule)}`, rule];
}

/** What a restart must not forget; values and texts come anew. */
const signatureOf = (alerts: readonly ActiveAlert[]): string =>
  JSON.stringify(
    alerts.map(({ labels, phase, activeAtMs, firedAtMs, resolvedAtMs, keptSinceMs }) => [
      labels.key,
      phase,
      activeAtMs,
      firedAtMs,
      resolvedAtMs,
      keptSinceMs,
    ]),
  );

const stored = ({ labels, ...alert }: ActiveAlert): StoredAlert => ({ ...alert, labels: labels.toObject() });

function restored({ labels, ...alert }: StoredAlert, awayMs: number): ActiveAlert {
  return {
    ...alert,
    labels: Labels.from(labels),
    activeAtMs: alert.activeAtMs + (alert.phase === 'pending' ? awayMs : 0),
    keptSinceMs: alert.keptSinceMs === undefined ? undefined : alert.keptSinceMs + awayMs,
    value: alert.value ?? Number.NaN, // which JSON does not know
    sentAtMs: undefined, // a kill may have come before who tells had noted it: it is posted again
    unseen: true,
  };
}

const TABLE = table('alert_rule_states');
const LOAD = `SELECT rule, alerts, evaluated_at FROM ${TABLE} WHERE instance = $1`;
const SAVE = `
  INSERT INTO ${TABLE} (instance, rule, alerts, evaluated_at)
  SELECT $1, rule, alerts::jsonb, $4 FROM unnest($2::text[], $3::text[]) AS given (rule, alerts)
  ON CONFLICT (instance, rule) DO UPDATE SET alerts = excluded.alerts, evaluated_at = excluded.evaluated_at`;
const FORGET = `DELETE FROM ${TABLE} WHERE instance = $1 AND rule = ANY($2::text[])`;
const BEAT = `UPDATE ${TABLE} SET evaluated_at = $2 WHERE instance = $1 AND rule = ANY($3::text[])`;
const PURGE = `DELETE FROM ${TABLE} WHERE evaluated_at < $1`;
