import type { Clock } from '../../common/clock';
import type { PoolCounters } from '../pool-counters';
import { type RetryDecision, type RetryOptions } from '../retry';
import { RetryBudget } from '../retry-budget';
import { isConnectionFailure, isReadOnlyRefusal, isSerializationFailure, isStalePlan } from './postgres.errors';

const STATEMENT_ATTEMPTS = 3;
const TRANSACTION_ATTEMPTS = 5;
const PAUSE = { pauseMs: 20, maxPauseMs: 500 };
/**
 * A transaction that lost shows that another one won, so the server works and five attempts are no storm: the budget
 * allows them all. They thin out by the jitter of the pauses instead.
 */
const RETRIES_PER_TRANSACTION = TRANSACTION_ATTEMPTS - 1;
const AT_ONCE: RetryDecision = { afterMs: 0 };

type Decide = RetryOptions['decide'];

/** Failures where the server has refused the statement before doing anything: every statement may be repeated. */
export const repeatStatement: Decide = (error) =>
  isReadOnlyRefusal(error) || isStalePlan(error) ? AT_ONCE : 'give-up';

/** For a statement that may run twice: it is also repeated when the connection was lost while it ran. */
export const repeatIdempotent: Decide = (error) => (isConnectionFailure(error) ? AT_ONCE : repeatStatement(error));

const repeatTransaction: Decide = (error) =>
  isSerializationFailure(error) || isReadOnlyRefusal(error) ? AT_ONCE : 'give-up';

/** How often and for how long statements and transactions are tried again, within a budget for each kind. */
export class PostgresRetries {
  private readonly budget: RetryBudget;
  /** Of transactions alone: statements that fail must not take away the attempts of transactions that lost. */
  private readonly transactionBudget: RetryBudget;

  constructor(
    private readonly counters: PoolCounters,
    private readonly clock: Clock,
  ) {
    this.budget = new RetryBudget(clock);
    this.transactionBudget = new RetryBudget(clock, RETRIES_PER_TRANSACTION, RETRIES_PER_TRANSACTION);
  }

  /** Counts a first attempt that is made without `retry`. */
  deposit(): void {
    this.budget.deposit();
  }

  forStatement(timeoutMs: number, signal: AbortSignal | undefined, decide: Decide): RetryOptions {
    return this.options(this.budget, STATEMENT_ATTEMPTS, timeoutMs, signal, decide);
  }

  forTransaction(timeoutMs: number, signal: AbortSignal | undefined): RetryOptions {
    return this.options(this.transactionBudget, TRANSACTION_ATTEMPTS, timeoutMs, signal, repeatTransaction);
  }

  private options(
    budget: RetryBudget,
    attempts: number,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    decide: Decide,
  ): RetryOptions {
    return {
      ...PAUSE,
      attempts,
      budget,
      clock: this.clock,
      deadlineMs: this.clock.monotonic() + timeoutMs,
      signal,
      decide,
      onRetry: () => this.counters.retries++,
    };
  }
}
