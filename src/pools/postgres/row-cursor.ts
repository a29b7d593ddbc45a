import { LeaseReleasedError } from '../pools.errors';
import { guardedQuery } from './guarded-query';
import type { PgQuery } from './pg-client';
import type { PostgresConnection } from './postgres-connection';
import { RowPortal } from './row-portal';

/** How the rows are read. */
export interface CursorOptions {
  readonly timeoutMs: number | undefined;
  readonly batchRows: number;
}

/** The lease on which a cursor is. */
export interface CursorLease {
  readonly poolName: string;
  isReleased(): boolean;
  /** What a statement has to wait for. */
  obstacle(): Promise<unknown> | undefined;
}

/** Reads the rows of one statement in parts, on one connection, and ends what it has begun there. */
export class RowCursor {
  private readonly portal: RowPortal;

  constructor(
    private readonly connection: PostgresConnection,
    private readonly lease: CursorLease,
    query: PgQuery,
    private readonly options: CursorOptions,
  ) {
    const comment = connection.commentForText(query.text);
    this.portal = new RowPortal(query.text, comment, query, options.batchRows, {
      isIdle: () => connection.client.getTransactionStatus() === 'I',
      began: () => connection.hold(this),
    });
    connection.openStreams.add(this);
  }

  /** Whether all rows have been read. */
  get isDone(): boolean {
    return this.portal.isDone;
  }

  /** Whether a part under way may be cancelled: in a transaction of others that would be aborted with it. */
  get mayCancel(): boolean {
    return this.portal.ownsTransaction || !this.portal.isOpen;
  }

  /** The next rows. @throws as `query` of a lease */
  async read(signal: AbortSignal): Promise<readonly unknown[]> {
    const { lease, connection, portal } = this;
    const obstacle = lease.obstacle();
    if (obstacle !== undefined) await obstacle;
    if (lease.isReleased()) throw new LeaseReleasedError(lease.poolName, 'stream()');
    const { timeoutMs } = this.options;
    return await guardedQuery<unknown[]>(connection, portal, undefined, { timeoutMs, signal, owner: this });
  }

  /** Ends the cursor, and the transaction if it has one of its own. @throws the server's error to COMMIT */
  async end(failed: boolean): Promise<void> {
    const { lease, connection, portal } = this;
    if (!connection.openStreams.delete(this) || lease.isReleased()) return; // the pool has ended it
    if (portal.wasSent) connection.noteStream(portal, failed);
    if (portal.ownsTransaction) return await this.endTransaction(failed);
    if (!portal.isOpen) return;
    portal.close();
    connection.query(portal, undefined, () => undefined, this);
  }

  private async endTransaction(failed: boolean): Promise<void> {
    try {
      const text = failed ? 'ROLLBACK' : 'COMMIT';
      await guardedQuery(this.connection, text, undefined, { owner: this });
    } catch (error) {
      if (!failed) throw error; // else the failure before it says more
    } finally {
      this.connection.endHold(this);
    }
  }
}
