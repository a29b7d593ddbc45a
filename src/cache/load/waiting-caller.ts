import { delay } from '../../common/deadline';
import type { NamespaceState } from '../namespace/namespace-state';
import { type Cacheable, handOut } from '../values/cacheable-value';
import type { Flight, Waiter } from '../namespace/flight';

/**
 * A caller who waits for a flight: answered once, by its outcome or, after `softTimeoutMs`, by the stale value. Who
 * joined a flight that turns out to be older than an invalidation before that asks `again`.
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
    private readonly again?: () => Promise<unknown>,
  ) {
    this.askedAt = state.log.now;
  }

  staleFound(stale: Cacheable): void {
    if (this.softTimeoutMs <= 0) this.answerStale(stale);
    else void delay(this.softTimeoutMs).then(() => this.answerStale(stale));
  }

  landed(stored: Cacheable): void {
    if (this.answered || this.again === undefined || !this.flight.isTooOldFor(this.askedAt)) return this.answer(stored);
    this.answered = true;
    this.resolve(this.again());
  }

  failed(error: unknown): void {
    this.answered = true;
    this.reject(error as Error);
  }

  private answerStale(stale: Cacheable): void {
    if (!this.flight.isStaleOver()) this.answer(stale);
  }

  private answer(stored: Cacheable): void {
    if (this.answered) return;
    this.answered = true;
    if (this.flight.isStale(stored)) this.state.counts.staleServed++;
    try {
      this.resolve(handOut(stored));
    } catch (error) {
      this.reject(error as Error); // no room for a copy: that is no reason to leave the others without an answer
    }
  }
}
