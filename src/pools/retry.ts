import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../common/clock';
import type { RetryBudget } from './retry-budget';

/** What to do about a failure: give up, or try again, not before `afterMs` if the server said so (`Retry-After`). */
export type RetryDecision = 'give-up' | { readonly afterMs: number };

export interface RetryOptions {
  /** Attempts at most, the first included. */
  readonly attempts: number;
  /** The first pause is random in 0 … this (ms), doubled every time ("full jitter"). */
  readonly pauseMs: number;
  readonly maxPauseMs: number;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  /** Monotonic time (ms) after which nothing is tried again. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly decide: (error: unknown) => RetryDecision;
  /** Called before every further attempt. */
  readonly onRetry?: () => void;
}

/**
 * Calls `attempt` again after failures that `decide` finds safe to repeat, as long as attempts, deadline and budget
 * last; otherwise the last failure is thrown. Pauses as in "Exponential Backoff And Jitter" (M. Brooker, AWS, 2015).
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  options.budget.deposit();
  try {
    return await attempt();
  } catch (error) {
    return retryAfter(error, attempt, options);
  }
}

/** The same after a first attempt that the caller has made, and counted in the budget, itself. */
export async function retryAfter<T>(failure: unknown, attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, pauseMs, maxPauseMs, clock, deadlineMs, signal } = options;
  let error = failure;
  for (let number = 1; number < attempts; number++) {
    if (signal?.aborted) break;
    const decision = options.decide(error);
    if (decision === 'give-up') break;
    const jitterMs = Math.random() * Math.min(maxPauseMs, pauseMs * 2 ** (number - 1));
    const waitMs = decision.afterMs + jitterMs;
    if (clock.monotonic() + waitMs >= deadlineMs || !options.budget.withdraw()) break;
    options.onRetry?.();
    await sleep(waitMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
    try {
      return await attempt();
    } catch (next) {
      error = next;
    }
  }
  throw error;
}
