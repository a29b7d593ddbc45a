import { PostgresRolledBackError, PostgresUsageError, sqlState } from './postgres.errors';
import type { ManagedPostgresLease } from './managed-postgres-lease';
import type { PostgresClient } from './postgres-lease';
import type { TransactionOptions } from './transaction.options';

/** 25P02: a statement of the transaction has failed before, and nothing but a rollback is taken. */
const ABORTED = '25P02';

/** Runs `work` so that what it awaits finds `scope` as the transaction it is in. */
export type RunIn = <T>(scope: TransactionScope, work: () => Promise<T>) => Promise<T>;

/** A transaction, or one nested in it by a savepoint, for as long as its work takes. All share one connection. */
export class TransactionScope {
  /** The savepoints of transactions that libraries have begun in it, as they are nested. */
  readonly joined: string[] = [];
  private closed = false;
  private savepoints = 0;
  /** The nested transaction under way, which ends before the next begins. */
  private child: Promise<unknown> | undefined;

  constructor(
    readonly lease: ManagedPostgresLease,
    private readonly parent: TransactionScope | undefined,
    private readonly runIn: RunIn,
  ) {}

  /** This one, or when it has ended the nearest around it that has not; undefined: code that goes on after them all. */
  get alive(): TransactionScope | undefined {
    return this.closed || this.lease.released ? this.parent?.alive : this;
  }

  close(): void {
    this.closed = true;
  }

  /** What a statement of this scope has to wait for: inside a nested transaction it would be undone with that. */
  get obstacle(): Promise<unknown> | undefined {
    return this.child;
  }

  /** Runs `work` between a savepoint and its release; rolled back to the savepoint when it throws. */
  async nest<T>(work: (tx: PostgresClient) => Promise<T>, options: TransactionOptions): Promise<T> {
    if (options.isolation !== undefined || options.readOnly !== undefined) {
      const remedy = 'its isolation and readOnly are those of the outermost one, which has begun; give them there';
      throw new PostgresUsageError('A nested transaction with `isolation` or `readOnly`', remedy);
    }
    while (this.child !== undefined) await this.lease.waitFor(this.child);
    const nested = this.runNested(work);
    this.child = nested.catch(() => undefined).finally(() => (this.child = undefined));
    return await nested;
  }

  /** A name for a savepoint that no other of this transaction has. */
  nextSavepoint(): string {
    return this.parent?.nextSavepoint() ?? `performance_gateway_${++this.savepoints}`;
  }

  private async runNested<T>(work: (tx: PostgresClient) => Promise<T>): Promise<T> {
    const { lease } = this;
    const name = this.nextSavepoint();
    const scope = new TransactionScope(lease, this, this.runIn);
    await lease.control(`SAVEPOINT ${name}`);
    try {
      const result = await this.runIn(scope, () => work(lease));
      scope.close();
      await lease.control(`RELEASE SAVEPOINT ${name}`);
      return result;
    } catch (error) {
      scope.close();
      // Where the connection is gone, the error of the work says so.
      await lease.control(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`).catch(() => undefined);
      throw sqlState(error) === ABORTED ? new PostgresRolledBackError() : error;
    }
  }
}
