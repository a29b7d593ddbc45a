import { QUICKLY, type SharedDatabase, table } from '../../../copies/shared-database';
import { type EventPage, type EventQuery, type NotificationEvent, type StateEntry, StateStore } from './state-store';

/** Any number, as long as all copies use the same ("pga" in ASCII). */
const LOCK_KEY = 0x70_67_61;
const TAKEN_AWAY_KEPT = '1 day';

interface EventRow extends Pick<NotificationEvent, 'occurrences'> {
  readonly id: string;
  readonly at: Date;
  readonly kind: NotificationEvent['kind'];
  readonly alertnames: string[];
  readonly detail: NotificationEvent['detail'];
}

/** Kept in PostgreSQL. Writers come one after another, so that who reads by version misses none. */
export class PostgresStateStore extends StateStore {
  readonly isShared = true;
  private version = 0;

  constructor(private readonly database: SharedDatabase) {
    super();
  }

  async write(entries: readonly StateEntry[], events: readonly NotificationEvent[]): Promise<void> {
    const { postgres } = this.database;
    if (postgres === undefined || !this.database.isReady) throw new Error('the tables of the database are not ready');
    await postgres.transaction(
      async (tx) => {
        if (entries.length > 0) {
          await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY], QUICKLY);
          await tx.query(WRITE, [JSON.stringify(entries)], QUICKLY);
        }
        if (events.length > 0) await tx.query(APPEND, [JSON.stringify(events)], QUICKLY);
      },
      { acquireTimeoutMs: QUICKLY.acquireTimeoutMs },
    );
  }

  async changes(): Promise<readonly StateEntry[]> {
    const rows = await this.database.rows<StateEntry & { readonly version: string }>(CHANGES, [this.version]);
    this.version = Number(rows.at(-1)?.version ?? this.version);
    return rows;
  }

  async events({ fromMs, toMs, kind, alertname, limit, before }: EventQuery): Promise<EventPage> {
    const values = [new Date(fromMs), new Date(toMs), kind ?? null, alertname ?? null, before ?? null, limit + 1];
    const rows = await this.database.rows<EventRow>(EVENTS, values);
    const page = rows.slice(0, limit);
    return {
      events: page.map(eventOf),
      next: rows.length > limit ? Number(page.at(-1)!.id) : undefined,
    };
  }

  async concerning(occurrences: readonly string[], limit: number): Promise<readonly NotificationEvent[]> {
    return (await this.database.rows<EventRow>(CONCERNING, [occurrences, limit])).map(eventOf);
  }

  async purge(beforeMs: number): Promise<void> {
    await this.database.rows(`DELETE FROM ${table('alert_notification_events')} WHERE at < $1`, [new Date(beforeMs)]);
    const old = `value IS NULL AND changed_at < now() - interval '${TAKEN_AWAY_KEPT}'`;
    await this.database.rows(`DELETE FROM ${table('alert_notification_state')} WHERE ${old}`, []);
  }
}

const eventOf = ({ at, id: _id, ...event }: EventRow): NotificationEvent => ({ ...event, atMs: at.getTime() });

const CHANGES = `SELECT kind, id, value, version FROM ${table('alert_notification_state')} WHERE version > $1 ORDER BY version`;
const WRITE = `
  INSERT INTO ${table('alert_notification_state')} AS s (kind, id, value, version)
  SELECT kind, id, nullif(value, 'null'::jsonb), nextval('${table('alert_notification_state_version')}')
  FROM jsonb_to_recordset($1::jsonb) AS given (kind text, id text, value jsonb)
  ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value, version = excluded.version, changed_at = now()`;
const APPEND = `
  INSERT INTO ${table('alert_notification_events')} (at, kind, alertnames, detail, occurrences)
  SELECT to_timestamp("atMs" / 1000.0), kind, alertnames, detail, coalesce(occurrences, '{}')
  FROM jsonb_to_recordset($1::jsonb) AS given ("atMs" double precision, kind text, alertnames text[], detail jsonb,
    occurrences text[])`;
const EVENTS = `
  SELECT id, at, kind, alertnames, detail, occurrences FROM ${table('alert_notification_events')}
  WHERE at BETWEEN $1 AND $2 AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR $4 = ANY (alertnames))
    AND ($5::bigint IS NULL OR id < $5)
  ORDER BY id DESC LIMIT $6`;
const CONCERNING = `
  SELECT id, at, kind, alertnames, detail, occurrences FROM ${table('alert_notification_events')}
  WHERE occurrences && $1::text[] ORDER BY id LIMIT $2`;
