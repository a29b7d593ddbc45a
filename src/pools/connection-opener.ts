import type { Clock } from '../common/clock';
import { Backoff } from './backoff';
import type { Breaker } from './breaker';
import type { LeaseResource } from './lease-pool.options';
import { LeaseSlot } from './lease-slot';

/** What an opener reports. */
export interface OpenerEvents<R> {
  opened(slot: LeaseSlot<R>, tookMs: number): void;
  failed(): void;
  lost(slot: LeaseSlot<R>, error: unknown): void;
  /** The pause after a failure is over. */
  resumed(): void;
}

/**
 * Opens connections: several at a time while that works, one at a time with growing pauses while it does not, and none
 * while the breaker is open, so that a server that is down is not flooded with connects.
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

  /** The error of the last attempt; undefined while connects succeed. */
  get error(): unknown {
    return this.backoff.failing ? this.lastError : undefined;
  }

  /** Whether another one may be opened now. */
  get isReady(): boolean {
    if (this.timer !== undefined || this.abort.signal.aborted) return false;
    return this.connecting < (this.backoff.failing ? 1 : this.maxConnecting);
  }

  /** Opens one and reports the outcome to `events`. Never rejects. */
  async open(): Promise<void> {
    const permit = this.breaker.tryAcquire();
    if (permit === undefined) return this.pause();
    try {
      await this.connect(this.abort.signal);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.lastError = error;
      this.pause();
      this.events.failed();
      this.breaker.settle(permit, this.resource.isFull?.(error) ? 'ignored' : 'failure', error);
      return;
    }
    this.breaker.settle(permit, 'success');
  }

  /** Opens one for a probe, which asks no breaker: it is what closes one. Rejects when none could be opened. */
  openForProbe(signal: AbortSignal): Promise<void> {
    return this.connect(AbortSignal.any([this.abort.signal, signal]));
  }

  /** Ends the pause, because the server is known to answer again. */
  resume(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.backoff.reset();
  }

  /** Stops opening, and aborts the connects under way. */
  stop(): void {
    clearTimeout(this.timer);
    this.abort.abort(new Error('the pool is closing'));
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const slot = new LeaseSlot<R>();
    const beganMs = this.clock.monotonic();
    this.connecting++;
    try {
      slot.resource = await this.resource.open(signal, (error) => this.events.lost(slot, error));
    } finally {
      this.connecting--;
    }
    this.backoff.reset();
    // Count it before the breaker closes: the pool opens more then.
    this.events.opened(slot, this.clock.monotonic() - beganMs);
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
