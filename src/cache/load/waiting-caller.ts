import { delay } from '../../common/deadline';
import type { NamespaceState } from '../namespace/namespace-state';
import { type Cacheable, handOut } from '../values/cacheable-value';
import type { Flight, Waiter } from '../namespace/flight';

/**
 * A caller that waits for a flight. It is answered once: with the outcome or, after `softTimeoutMs`, with the stale value.
 * If the flight turns out to be older than an invalidation that was made before the caller joined, it calls `askAgain`.
 */
export class WaitingCaller implements Waiter {
  private readonly askedAt: number;
  private answered = false;

  constructor(
    private readonly state: NamespaceState,
    private readonly flight: Flight,
    private readonly softTimeoutMs: number,
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (error: Error) => void,
    readonly startedAt: number,
    private readonly askAgain?: () => Promise<unknown>,
  ) {
    this.askedAt = state.log.now;
  }

  staleFound(stale: Cacheable): void {
    if (this.softTimeoutMs <= 0) this.answerStale(stale);
    else void delay(this.softTimeoutMs).then(() => this.answerStale(stale));
  }

  landed(stored: Cacheable): void {
    if (this.answered || this.askAgain === undefined || !this.flight.isOutdatedFor(this.askedAt))
      return this.answer(stored);
    this.answered = true;
    this.resolve(this.askAgain());
  }

  failed(error: unknown): void {
    this.answered = true;
    this.reject(error as Error);
  }

  private answerStale(stale: Cacheable): void {
    if (!this.flight.isStaleInvalidated()) this.answer(stale);
  }

  private answer(stored: Cacheable): void {
    if (this.answered) return;
    this.answered = true;
    if (this.flight.isStale(stored)) this.state.counts.staleServed++;
    try {
      this.resolve(handOut(stored));
    } catch (error) {
      this.reject(error as Error); // not enough memory for a copy: the other callers are still to be answered
    }
  }
}
