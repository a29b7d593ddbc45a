import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunIn, TransactionScope } from './transaction-scope';

/** Which transaction of one pool the running code is in, carried along by `await`. */
export class AmbientTransaction {
  private readonly storage = new AsyncLocalStorage<TransactionScope | undefined>();

  /** Undefined outside of every transaction, and after the one in which the code was started has ended. */
  get current(): TransactionScope | undefined {
    return this.storage.getStore()?.alive;
  }

  readonly runIn: RunIn = (scope, work) => {
    // A statement waits for the nested transaction that runs in the scope of its caller.
    scope.lease.holdStatements(() => this.current?.obstacle);
    return this.storage.run(scope, work);
  };

  /** Runs `work` as if it had been called outside of every transaction. */
  outside<T>(work: () => T): T {
    return this.storage.run(undefined, work);
  }
}
