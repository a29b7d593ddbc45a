import type { PoolClient, QueryConfig } from 'pg';
import { LeaseReleasedError } from '../pools.errors';
import type { ManagedPostgresLease } from './managed-postgres-lease';
import { PostgresUsageError } from './postgres.errors';
import type { TransactionScope } from './transaction-scope';
import { transactionControl } from './transaction-control';

const BEGINS = new Set(['BEGIN', 'START']);
const ROLLS_BACK = new Set(['ROLLBACK', 'ABORT']);
const IN_PARALLEL =
  'the one that began last ends first, since all are on one connection: run them one after the other, or outside of it ' +
  'with pools.postgres.outsideTransaction()';

/**
 * What a library gets that asks for a client inside a transaction: the connection of that transaction. What it sends to
 * begin and end a transaction of its own becomes a savepoint, and to release the client gives nothing back.
 */
export function joinedClient(scope: TransactionScope): ManagedPostgresLease {
  const { lease } = scope;
  /** Of the transactions that this client has begun. */
  const own: string[] = [];
  let released = false;

  /** The statement that stands for `word`; undefined: it is sent as it is, and refused where it has to be. */
  function insteadOf(word: string | undefined): string | undefined {
    if (word === undefined) return undefined;
    if (BEGINS.has(word)) {
      const name = scope.nextSavepoint();
      own.push(name);
      scope.joined.push(name);
      return `SAVEPOINT ${name}`;
    }
    const name = own.at(-1);
    if (name === undefined) return undefined;
    if (scope.joined.at(-1) !== name) throw new PostgresUsageError('To end one of several transactions', IN_PARALLEL);
    own.pop();
    scope.joined.pop();
    return ROLLS_BACK.has(word) ? undo(name) : `RELEASE SAVEPOINT ${name}`;
  }

  function query(given: string | QueryConfig, ...rest: unknown[]): unknown {
    try {
      if (released) throw new LeaseReleasedError(lease.poolName, 'query()');
      const text = typeof given === 'string' ? given : given?.text;
      const words = typeof text === 'string' ? transactionControl(text) : [];
      const statement = words.length === 1 ? insteadOf(words[0]) : undefined;
      return (lease.query as (...parameters: unknown[]) => unknown).call(lease, statement ?? given, ...rest);
    } catch (error) {
      const callback = rest.find((one) => typeof one === 'function');
      if (callback === undefined) return Promise.reject(error as Error);
      process.nextTick(callback as (error: unknown) => void, error);
      return undefined;
    }
  }

  function release(): void {
    if (released) throw new LeaseReleasedError(lease.poolName, 'release()');
    released = true;
    const [first] = own;
    if (first === undefined) return;
    scope.joined.splice(scope.joined.indexOf(first));
    lease.control(undo(first)).catch(() => undefined); // the transaction is aborted then, and says so itself
  }

  const replaced: Partial<Record<keyof PoolClient | 'released', PropertyDescriptor>> = {
    query: { value: query },
    release: { value: release },
    released: { get: () => released },
  };
  return Object.create(lease, replaced as PropertyDescriptorMap) as ManagedPostgresLease;
}

const undo = (name: string): string => `ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`;
