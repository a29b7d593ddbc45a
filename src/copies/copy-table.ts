import { Injectable } from '@nestjs/common';
import { SERVICE_VERSION } from '../common/service-version';
import { Instance } from './instance';
import { LEASE_MS, LeaseLeader } from './lease-leader';
import { SharedDatabase, table } from './shared-database';

/** A copy that has not been seen for so long (ms) is lost. */
const LOST_AFTER_MS = 5_000;
/** Copies that ended are listed for so many days. */
const LISTED_DAYS = 30;
const LEASE = 'jobs';

/** What a copy learns when it says that it lives. */
export interface Beat {
  readonly leads: boolean;
  /** The run that used this copy's name before; another one than ours, while we run, is a second process of that name. */
  readonly formerRun: string | null;
  /** Of the latest change that was made over HTTP. */
  readonly changesVersion: number;
}

/** A copy as the database knows it. */
export interface CopyRow {
  readonly id: string;
  readonly state: 'up' | 'lost' | 'ended';
  readonly leads: boolean;
  readonly version: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
}

/** The copies in PostgreSQL. Times are those of the database, so that the clocks of the copies need not agree. */
@Injectable()
export class CopyTable {
  constructor(
    private readonly database: SharedDatabase,
    private readonly instance: Instance,
    private readonly leader: LeaseLeader,
  ) {}

  /** Whether this copy leads now. */
  thisLeads(): boolean {
    return this.leader.isLeading;
  }

  /** Says that this copy lives, and asks for the lease that makes it lead, all in one statement. */
  async beat(uptimeMs: number): Promise<Beat> {
    const [row] = await this.database.rows<{ leads: boolean; former: string | null; version: string }>(BEAT, [
      this.instance.id,
      this.instance.run,
      SERVICE_VERSION,
      uptimeMs,
      LEASE,
      LEASE_MS,
    ]);
    return { leads: row!.leads, formerRun: row!.former, changesVersion: Number(row!.version) };
  }

  /** Says that this copy ends, and gives up the lease, so that another need not wait for its end. */
  async leave(): Promise<void> {
    await this.database.rows(LEAVE, [this.instance.id, this.instance.run]);
  }

  /** Every copy that was seen in the last 30 days, those that live first. */
  async list(): Promise<CopyRow[]> {
    const rows = await this.database.rows<{
      id: string;
      state: CopyRow['state'];
      leads: boolean;
      version: string;
      started_at: Date;
      seen_at: Date;
    }>(LIST, [LEASE, LOST_AFTER_MS]);
    return rows.map(({ id, state, leads, version, started_at, seen_at }) => {
      return { id, state, leads, version, startedAt: started_at, seenAt: seen_at };
    });
  }

  /**
   * Of every copy but this one, whether this one may go on in its place: it does not come back, since a restart would have
   * been seen by now, and of the copies that run this one was first started nearest to its end, or nobody has taken its
   * place for another minute.
   */
  async replaceable(): Promise<Map<string, boolean>> {
    const rows = await this.database.rows<{ id: string; replaceable: boolean }>(REPLACEABLE, [
      this.instance.id,
      LOST_AFTER_MS,
    ]);
    return new Map(rows.map(({ id, replaceable }) => [id, replaceable]));
  }

  /** Forgets copies that ended long ago. */
  async purge(): Promise<void> {
    await this.database.rows(`DELETE FROM ${table('copies')} WHERE seen_at < now() - make_interval(days => $1)`, [
      LISTED_DAYS,
    ]);
  }
}

const BEAT = `
  WITH seen AS (
    INSERT INTO ${table('copies')} (id, run, version, started_at, seen_at)
    VALUES ($1, $2, $3, now() - $4 * interval '1 ms', now())
    ON CONFLICT (id) DO UPDATE
      SET run = excluded.run, version = excluded.version, seen_at = now(), ended_at = NULL,
          started_at = CASE WHEN copies.run = excluded.run THEN copies.started_at ELSE excluded.started_at END
  ), lease AS (
    INSERT INTO ${table('leases')} (name, run, expires_at)
    VALUES ($5, $2, now() + $6 * interval '1 ms')
    ON CONFLICT (name) DO UPDATE SET run = excluded.run, expires_at = excluded.expires_at
      WHERE leases.run = excluded.run OR leases.expires_at <= now()
    RETURNING true
  )
  SELECT EXISTS (SELECT FROM lease) AS leads,
         (SELECT run::text FROM ${table('copies')} WHERE id = $1) AS former,
         (SELECT coalesce(max(version), 0) FROM ${table('shared_changes')}) AS version`;

const LEAVE = `
  WITH lease AS (DELETE FROM ${table('leases')} WHERE run = $2)
  UPDATE ${table('copies')} SET ended_at = now(), seen_at = now() WHERE id = $1 AND run = $2`;

const LIST = `
  SELECT id, version, started_at, seen_at,
         CASE WHEN ended_at IS NOT NULL THEN 'ended'
              WHEN seen_at < now() - $2 * interval '1 ms' THEN 'lost' ELSE 'up' END AS state,
         EXISTS (SELECT FROM ${table('leases')} l WHERE l.name = $1 AND l.run = c.run AND l.expires_at > now()) AS leads
  FROM ${table('copies')} c
  ORDER BY ended_at IS NOT NULL, seen_at < now() - $2 * interval '1 ms', started_at, id
  LIMIT 1000`;

const REPLACEABLE = `
  WITH known AS (
    SELECT id, first_seen_at, seen_at,
           CASE WHEN ended_at IS NULL THEN interval '60 s' ELSE interval '15 s' END AS patience,
           ended_at IS NULL AND seen_at >= now() - $2 * interval '1 ms' AS up
    FROM ${table('copies')}
  )
  SELECT id,
         NOT up AND seen_at < now() - patience AND (
           seen_at < now() - patience - interval '60 s' OR $1 = (
             SELECT id FROM known heir WHERE up
             ORDER BY abs(extract(epoch FROM heir.first_seen_at - gone.seen_at)), id LIMIT 1
           )
         ) AS replaceable
  FROM known gone
  WHERE id <> $1`;
