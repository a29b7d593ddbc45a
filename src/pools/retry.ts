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
  /** Told before every further attempt. */
  readonly onRetry?: () => void;
}

/**
 * Calls `attempt` again after failures that `decide` finds safe to repeat, as long as attempts, deadline and budget
 * last; otherwise the last failure is thrown. Pauses as in "Exponential Backoff And Jitter" (M. Brooker, AWS, 2015).
 */
export async function retry<T>(attempt: (number: number) => Promise<T>, options: RetryOptions): Promise<T> {
  options.budget.deposit();
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (number >= options.attempts || options.signal?.aborted) throw error;
      const decision = options.decide(error);
      if (decision === 'give-up') throw error;
      const ceilingMs = Math.min(options.maxPauseMs, options.pauseMs * 2 ** (number - 1));
      const pauseMs = Math.max(decision.afterMs, Math.random() * ceilingMs);
      if (options.clock.monotonic() + pauseMs >= options.deadlineMs || !options.budget.withdraw()) throw error;
      options.onRetry?.();
      if (pauseMs > 0)
        await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => options.signal?.throwIfAborted());
    }
  }
}
