import { table } from '../../copies/shared-database';
import type { StateRows } from './rule-states';

/** One change of an alert. */
export interface AlertEvent {
  /** Ascending with time within a copy; from where a reader goes on. */
  readonly id: string;
  readonly atMs: number;
  readonly name: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly from: 'inactive' | 'pending' | 'firing' | 'resolved';
  readonly to: 'inactive' | 'pending' | 'firing' | 'resolved';
  readonly value: number;
  /** How long (ms) the alert was in `from`. */
  readonly lastedMs: number | undefined;
  /** Where it was evaluated. */
  readonly instance: string;
}

/** Which changes are wanted; every part narrows it. */
export interface HistoryQuery {
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly name?: string | undefined;
  readonly severity?: string | undefined;
  /** Only those before the change with this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Changes that are remembered in memory, and wait to be written, at most. */
const MOST_IN_MEMORY = 1_000;
const KEPT_DAYS = 90;

/** Every change of every alert, the latest first: for 90 days in PostgreSQL, or the last thousand in memory. */
export class AlertHistory {
  private readonly events: AlertEvent[] = [];
  private unsaved: AlertEvent[] = [];
  private number = 0;

  constructor(
    private readonly database: (StateRows & { readonly isReady: boolean }) | undefined,
    private readonly instance: string,
  ) {}

  add(event: Omit<AlertEvent, 'id' | 'instance'>): void {
    const added = { ...event, id: String(++this.number), instance: this.instance };
    this.events.push(added);
    if (this.events.length > MOST_IN_MEMORY) this.events.shift();
    if (this.database === undefined) return;
    this.unsaved.push(added);
    if (this.unsaved.length > MOST_IN_MEMORY) this.unsaved.shift();
  }

  /** Writes what has come since the last time. @throws what the database fails with; it is written the next time */
  async save(): Promise<void> {
    const { database, unsaved } = this;
    if (database === undefined || unsaved.length === 0) return;
    const rows = JSON.stringify(unsaved);
    this.unsaved = [];
    try {
      await database.rows(SAVE, [rows]);
    } catch (error) {
      this.unsaved = [...unsaved, ...this.unsaved].slice(-MOST_IN_MEMORY);
      throw error;
    }
  }

  /** Forgets what is older than 90 days. */
  async purge(): Promise<void> {
    await this.database?.rows(PURGE, [KEPT_DAYS]);
  }

  /** @throws what the database fails with */
  async find(query: HistoryQuery): Promise<AlertEvent[]> {
    if (this.database === undefined || !this.database.isReady) return this.remembered(query);
    await this.save();
    const { fromMs, untilMs, name, severity, before, limit } = query;
    const values = [fromMs, untilMs, name, severity, before].map((value) => value ?? null);
    const rows = await this.database.rows<HistoryRow>(FIND, [...values, limit]);
    return rows.map(eventOf);
  }

  private remembered({ fromMs, untilMs, name, severity, before, limit }: HistoryQuery): AlertEvent[] {
    return this.events
      .toReversed()
      .filter(
        (event) =>
          event.atMs >= (fromMs ?? -Infinity) &&
          event.atMs <= (untilMs ?? Infinity) &&
          (name === undefined || event.name === name) &&
          (severity === undefined || event.severity === severity) &&
          (before === undefined || Number(event.id) < Number(before)),
      )
      .slice(0, limit);
  }
}

interface HistoryRow extends Pick<AlertEvent, 'id' | 'name' | 'severity' | 'labels' | 'instance'> {
  readonly at_ms: string;
  readonly from_state: AlertEvent['from'];
  readonly to_state: AlertEvent['to'];
  readonly value: number | null;
  readonly lasted_ms: string | null;
}

function eventOf(row: HistoryRow): AlertEvent {
  const { id, name, severity, labels, instance, lasted_ms } = row;
  return {
    id,
    atMs: Number(row.at_ms),
    name,
    severity,
    labels,
    from: row.from_state,
    to: row.to_state,
    value: row.value ?? Number.NaN,
    lastedMs: lasted_ms === null ? undefined : Number(lasted_ms),
    instance,
  };
}

const TABLE = table('alert_events');
const SAVE = `
  INSERT INTO ${TABLE} (at_ms, name, severity, labels, from_state, to_state, value, lasted_ms, instance)
  SELECT "atMs", name, severity, labels, "from", "to", value, "lastedMs", instance
  FROM jsonb_to_recordset($1::jsonb) AS given ("atMs" bigint, name text, severity text, labels jsonb, "from" text,
    "to" text, value double precision, "lastedMs" bigint, instance text)`;
const FIND = `
  SELECT id::text, at_ms, name, severity, labels, from_state, to_state, value, lasted_ms, instance FROM ${TABLE} AS e
  WHERE ($1::bigint IS NULL OR at_ms >= $1) AND ($2::bigint IS NULL OR at_ms <= $2)
    AND ($3::text IS NULL OR name = $3) AND ($4::text IS NULL OR severity = $4) AND ($5::bigint IS NULL OR id < $5)
  ORDER BY e.id DESC LIMIT $6`; // by the number, not by the text of it that is answered
const PURGE = `DELETE FROM ${TABLE} WHERE at_ms < extract(epoch FROM now() - make_interval(days => $1)) * 1000`;
