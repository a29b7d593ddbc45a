import type { QueryConfig, QueryResult } from 'pg';
import type { PostgresLease } from './postgres-lease';

/** What the facade needs of the pool. */
interface FacadePool {
  acquire(): Promise<PostgresLease>;
  query(text: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult>;
  counts(): { readonly inUse: number; readonly idle: number; readonly waiting: number };
}

type ConnectCallback = (error: unknown, client?: PostgresLease, release?: (error?: unknown) => void) => void;

/**
 * This pool with the methods of pg's own pool, for code that expects one; TypeORM takes it as
 * `driver: { ...pg, Pool: function () { return facade } }`. `end` does nothing: the application drains the pool.
 */
export class PostgresDriverFacade {
  constructor(private readonly pool: FacadePool) {}

  connect(): Promise<PostgresLease>;
  connect(callback: ConnectCallback): void;
  connect(callback?: ConnectCallback): Promise<PostgresLease> | void {
    const lease = this.pool.acquire();
    if (callback === undefined) return lease;
    lease.then(
      (client) => callback(undefined, client, client.release),
      (error: unknown) => callback(error),
    );
  }

  query(text: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult> {
    return this.pool.query(text, values);
  }

  end(callback?: (error?: unknown) => void): Promise<void> | void {
    if (callback === undefined) return Promise.resolve();
    process.nextTick(callback);
  }

  /** No events: the pool itself handles lost connections. */
  on(): this {
    return this;
  }
  once(): this {
    return this;
  }
  off(): this {
    return this;
  }
  removeListener(): this {
    return this;
  }

  get totalCount(): number {
    const { inUse, idle } = this.pool.counts();
    return inUse + idle;
  }
  get idleCount(): number {
    return this.pool.counts().idle;
  }
  get waitingCount(): number {
    return this.pool.counts().waiting;
  }
}
