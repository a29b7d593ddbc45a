import type { Clock } from '../common/clock';
import { Backoff } from './backoff';
import type { Breaker } from './breaker';
import type { LeaseResource } from './lease-pool.options';
import { LeaseSlot } from './lease-slot';

/** What the pool has to hear about. */
export interface OpenerEvents<R> {
  opened(slot: LeaseSlot<R>, tookMs: number): void;
  failed(): void;
  lost(slot: LeaseSlot<R>, error: unknown): void;
  /** The pause after a failure is over. */
  resumed(): void;
}

/**
 * Opens connections: several at a time while that works, one at a time with growing pauses while it does not, none
 * while the breaker is open, so that a dead server is not stormed.
 */
export class ConnectionOpener<R> {
  private connecting = 0;
  private lastError: unknown;
  private timer: NodeJS.Timeout | undefined;
  private readonly backoff: Backoff;
  private readonly abort = new AbortController();

  constructor(
    private readonly resource: LeaseResource<R>,
    private readonly breaker: Breaker,
    private readonly clock: Clock,
    private readonly maxConnecting: number,
    private readonly events: OpenerEvents<R>,
  ) {
    this.backoff = new Backoff({ minMs: 20, maxMs: 1_000, share: 0.05 }, clock);
  }

  /** How many are being opened. */
  get count(): number {
    return this.connecting;
  }

  /** What the last attempt failed with; undefined while connecting works. */
  get error(): unknown {
    return this.backoff.failing ? this.lastError : undefined;
  }

  /** Whether another one may be opened now. */
  get isReady(): boolean {
    if (this.timer !== undefined || this.abort.signal.aborted) return false;
    return this.connecting < (this.backoff.failing ? 1 : this.maxConnecting);
  }

  /** Opens one; the outcome is told to `events`. Never rejects. */
  async open(): Promise<void> {
    const permit = this.breaker.tryAcquire();
    if (permit === undefined) return this.pause();
    const slot = new LeaseSlot<R>();
    const beganMs = this.clock.monotonic();
    this.connecting++;
    try {
      slot.resource = await this.resource.open(this.abort.signal, (error) => this.events.lost(slot, error));
    } catch (error) {
      this.connecting--;
      if (this.abort.signal.aborted) return;
      this.lastError = error;
      this.pause();
      this.events.failed();
      this.breaker.settle(permit, 'failure', error);
      return;
    }
    this.connecting--;
    this.backoff.reset();
    // First into the books: the breaker's change lets the pool open more.
    this.events.opened(slot, this.clock.monotonic() - beganMs);
    this.breaker.settle(permit, 'success');
  }

  /** Ends the pause, on evidence that the server is well. */
  resume(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.backoff.reset();
  }

  /** Opens nothing any more, and lets go of what is being opened. */
  stop(): void {
    clearTimeout(this.timer);
    this.abort.abort(new Error('the pool is closing'));
  }

  private pause(): void {
    if (this.timer !== undefined || this.abort.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.events.resumed();
    }, this.backoff.next());
    this.timer.unref();
  }
}
