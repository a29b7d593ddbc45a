import { doneWithin } from '../../common/deadline';
import { LeaseReleasedError } from '../pools.errors';
import { PostgresUsageError } from './postgres.errors';
import { PostgresLease } from './postgres-lease';
import type { RowCursor } from './row-cursor';

/** A lease with what the pool does to it, and its borrower does not. */
export class ManagedPostgresLease extends PostgresLease {
  /** Calls `listener` when the lease is given back, with the error it was given back with. */
  whenReleased(listener: (error: unknown) => void): void {
    this.onRelease = listener;
  }

  /** `obstacle` says what a statement has to wait for, if anything: a nested transaction it is not part of. */
  holdStatements(obstacle: () => Promise<unknown> | undefined): void {
    this.obstacle = () => {
      const found = obstacle();
      return found && this.waitFor(found);
    };
  }

  /** Waits for a nested transaction. @throws PostgresUsageError where it takes longer than a statement may: the two may be waiting for each other */
  async waitFor(obstacle: Promise<unknown>): Promise<void> {
    const timeoutMs = this.slot?.resource.queryTimeoutMs ?? 0;
    if (!(await doneWithin(obstacle, timeoutMs)))
      throw new PostgresUsageError('A statement beside a nested transaction', WAITED_IN_VAIN);
  }

  override openCursor(...parameters: Parameters<PostgresLease['stream']>): RowCursor {
    return super.openCursor(...parameters);
  }

  /** Sends at once what the pool itself has to say in a transaction. */
  control(text: string): Promise<unknown> {
    if (this.slot === undefined) return Promise.reject(new LeaseReleasedError(this.name, 'query()'));
    return this.send(this.slot.resource, text, undefined, undefined);
  }

  /** While `owned`, statements that would begin or end a transaction are refused. */
  ownTransaction(owned: boolean): void {
    this.transactionIsOwned = owned;
  }

  get poolName(): string {
    return this.name;
  }

  get hasOpenCursor(): boolean {
    return this.slot?.resource.hasOpenCursor ?? false;
  }

  /** How many statements have no answer yet, to be called when nobody waits for them any more. */
  abandonUnanswered(): number {
    return this.slot?.resource.abandonUnanswered() ?? 0;
  }
}

const WAITED_IN_VAIN =
  'it did not end within queryTimeoutMs, and both are on one connection: await one before the other';
