import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { doneWithin } from '../common/deadline';
import { Leader } from '../jobs/leader';
import { SharedDatabase } from './shared-database';

/** How long (ms) a copy leads after the database has last said so. */
export const LEASE_MS = 5_000;

/**
 * The copy that holds the lease in the database leads. The lease is counted from before it was asked for, so a copy stops
 * leading before the database gives the lease to another: two never lead at once, unless the clock of the database is
 * set, and then for 5 s at most. While the database is away nobody leads, after at most 5 s. Without a database this
 * copy is alone and leads always.
 */
@Injectable()
export class LeaseLeader extends Leader {
  private readonly first = Promise.withResolvers<void>();
  private untilMs = -Infinity;

  constructor(
    private readonly database: SharedDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** As it is now. */
  get isLeading(): boolean {
    return !this.database.isConfigured || this.clock.monotonic() < this.untilMs;
  }

  /** At the start waits for the first answer of the database, for 5 s at most. */
  async leads(): Promise<boolean> {
    if (this.database.isConfigured) await doneWithin(this.first.promise, LEASE_MS);
    return this.isLeading;
  }

  /** What the database said to a question that was sent then (monotonic ms). */
  answered(leads: boolean, sentAtMs: number): void {
    this.first.resolve();
    this.untilMs = leads ? sentAtMs + LEASE_MS : -Infinity;
  }
}
