import { Injectable, Logger } from '@nestjs/common';
import { doneWithin } from '../common/deadline';
import { SharedStateUnavailableError } from './copies.errors';
import { Instance } from './instance';
import { QUICKLY, SharedDatabase, table } from './shared-database';

/** Any number, as long as all copies use the same ("pgs" in ASCII). */
const LOCK_KEY = 0x70_67_73;

/** How long (ms) a reader waits for what other copies have changed. */
const CATCH_UP_MS = 500;

interface ChangeRow extends Record<string, unknown> {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
  readonly version: string;
}

/** How a change that another copy stored is made here. @throws when it cannot be */
type Apply = (name: string, value: unknown) => void;

/**
 * What is declared or changed over HTTP: kept in the database and made in every copy, also in one that starts later.
 * Changes are made one after another, by all copies in the same order.
 */
@Injectable()
export class SharedChanges {
  private readonly logger = new Logger('Copies');
  private readonly kinds = new Map<string, Apply>();
  /** Changes of other copies that could not be made here, by kind and name. */
  private readonly refused = new Map<string, string>();
  private version = 0;
  private syncing: Promise<void> | undefined;

  constructor(
    private readonly database: SharedDatabase,
    private readonly instance: Instance,
  ) {}

  /** How changes of a kind are made; to be called before the application has started. */
  handle(kind: string, apply: Apply): void {
    this.kinds.set(kind, apply);
  }

  /** What could not be made here, for the health; `undefined` when everything could. */
  get problem(): string | undefined {
    const [first] = this.refused.values();
    return first;
  }

  /** How many changes of other copies could not be made here. */
  get refusedCount(): number {
    return this.refused.size;
  }

  /**
   * Makes a change here and stores it for the others. What `make` refuses is not stored. Where the database fails after
   * it was made, this copy has it all the same until its next start. Without a database it is made here alone.
   * @param make makes it and returns what is to be stored: `null` when it takes back what was changed before
   * @throws SharedStateUnavailableError when it cannot be stored, and what `make` throws
   */
  async change(kind: string, name: string, make: () => object | null): Promise<void> {
    const { postgres } = this.database;
    if (!this.database.isConfigured || postgres === undefined) return void make();
    if (!(await this.database.isSoonReady())) throw new SharedStateUnavailableError();
    let refusal: { readonly error: unknown } | undefined;
    try {
      this.version = await postgres.transaction(
        async (tx) => {
          await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY], QUICKLY);
          // What others changed before comes first, here as there.
          this.apply((await tx.query<ChangeRow>(NEWER, [this.version], QUICKLY)).rows);
          let value: object | null;
          try {
            value = make();
          } catch (error) {
            refusal = { error };
            throw error;
          }
          await tx.query(FORGET, [], QUICKLY);
          const values = [kind, name, JSON.stringify(value), this.instance.id];
          return Number((await tx.query<ChangeRow>(STORE, values, QUICKLY)).rows[0]!.version);
        },
        { acquireTimeoutMs: QUICKLY.acquireTimeoutMs },
      );
    } catch (error) {
      if (refusal !== undefined) throw refusal.error;
      throw new SharedStateUnavailableError({ cause: error });
    }
    this.refused.delete(`${kind} ${name}`);
  }

  /** Makes what other copies have changed meanwhile. @throws what the database failed with */
  sync(): Promise<void> {
    this.syncing ??= this.read().finally(() => (this.syncing = undefined));
    return this.syncing;
  }

  /** The same for a reader, who gets what is here when the database does not answer soon. */
  async catchUp(): Promise<void> {
    if (!this.database.isReady || this.database.postgres?.state === 'down') return;
    await doneWithin(
      this.sync().catch(() => undefined), // the beat of the copies says it
      CATCH_UP_MS,
    );
  }

  /** The same, if there is something newer than what was made here. */
  async syncTo(version: number): Promise<void> {
    if (version > this.version) await this.sync();
  }

  private async read(): Promise<void> {
    this.apply(await this.database.rows<ChangeRow>(NEWER, [this.version]));
  }

  private apply(rows: readonly ChangeRow[]): void {
    for (const { kind, name, value, version } of rows) {
      if (Number(version) <= this.version) continue; // made by a sync that ran beside this one
      this.version = Number(version);
      const what = `${kind} ${name}`;
      try {
        this.kinds.get(kind)?.(name, value);
        this.refused.delete(what);
      } catch (error) {
        const problem = `what was set over HTTP in another copy (${what}) could not be set here: ${(error as Error).message}`;
        if (this.refused.get(what) !== problem) this.logger.warn(problem);
        this.refused.set(what, problem);
      }
    }
  }
}

const NEWER = `SELECT kind, name, value, version FROM ${table('shared_changes')} WHERE version > $1 ORDER BY version`;
/** Copies that run have long taken them back; a copy that starts has nothing to take back. */
const FORGET = `DELETE FROM ${table('shared_changes')} WHERE value = 'null' AND changed_at < now() - interval '1 day'`;
const STORE = `
  INSERT INTO ${table('shared_changes')} AS c (kind, name, value, version, instance)
  VALUES ($1, $2, $3, nextval('${table('shared_changes_version')}'), $4)
  ON CONFLICT (kind, name) DO UPDATE
    SET value = excluded.value, version = excluded.version, instance = excluded.instance, changed_at = now()
  RETURNING version`;
