import { PostgresLease } from './postgres-lease';

/** A lease with what the pool does to it, and its borrower does not. */
export class ManagedPostgresLease extends PostgresLease {
  /** Calls `listener` when the lease is given back, with the error it was given back with. */
  whenReleased(listener: (error: unknown) => void): void {
    this.onRelease = listener;
  }

  /** While `owned`, statements that would begin or end a transaction are refused. */
  ownTransaction(owned: boolean): void {
    this.transactionIsOwned = owned;
  }

  get hasOpenCursor(): boolean {
    return this.slot?.resource.hasOpenCursor ?? false;
  }

  /** How many statements have no answer yet, to be called when nobody waits for them any more. */
  abandonUnanswered(): number {
    return this.slot?.resource.abandonUnanswered() ?? 0;
  }
}
