import { Injectable, Optional } from '@nestjs/common';
import { doneWithin } from '../common/deadline';
import { Database } from '../database/database';
import { DATABASE_SCHEMA } from '../database/database.options';
import { Pools } from '../pools/pools.service';

/** How long (ms) one statement may take, the wait for a connection included twice: copies are lost after five seconds. */
const TIMEOUT_MS = 1_500;

/** How long (ms) a change waits for the tables. */
const START_WAIT_MS = 5_000;

/** What a statement about the copies may take of the pool. */
export const QUICKLY = { acquireTimeoutMs: TIMEOUT_MS, timeoutMs: TIMEOUT_MS };

/** A table of ours by its full name: statements run on connections with any search path. */
export const table = (name: string): string => `${DATABASE_SCHEMA}.${name}`;

/** The database through which copies know of each other. */
@Injectable()
export class SharedDatabase {
  constructor(
    @Optional() private readonly database?: Database,
    @Optional() private readonly pools?: Pools,
  ) {}

  /** Whether there is one at all, now or later; without it this copy is alone. */
  get isConfigured(): boolean {
    return this.database !== undefined && this.postgres !== undefined;
  }

  /** Whether its tables are there. */
  get isReady(): boolean {
    return this.database?.isReady ?? false;
  }

  /** The same, for a caller who can wait a moment: just after the start the tables are being made. */
  async isSoonReady(): Promise<boolean> {
    const ready = this.database?.whenReady().catch(() => undefined); // the service ends
    if (!this.isReady && ready !== undefined) await doneWithin(ready, START_WAIT_MS);
    return this.isReady;
  }

  get postgres(): Pools['postgres'] | undefined {
    const postgres = this.pools?.postgres;
    return postgres?.state === 'not_configured' ? undefined : postgres;
  }

  /** @throws when there is none, and what the pool throws */
  async rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.postgres === undefined) throw new Error('there is no database');
    if (!this.isReady) throw new Error('the tables of the database are not ready');
    return (await this.postgres.query<Row & Record<string, unknown>>(text, values, QUICKLY)).rows;
  }
}
