import type { LeaseSlot } from './lease-slot';
import { poolLeaks, type PoolLeak } from './pool-channels';
import type { PoolCounters } from './pool-counters';

const STACK_EVERY = 16;

/**
 * Reports each lease that is out for too long once, and again when it comes back. A stack costs microseconds, so it is
 * taken for one lease in 16, and for every lease after the first leak.
 */
export class LeakDetector {
  private leasesSinceTrace = 0;
  private leakSeen = false;

  constructor(
    private readonly pool: string,
    private readonly thresholdMs: number,
    private readonly counters: PoolCounters,
  ) {}

  /** The stack of the call of `caller`, or undefined for a lease whose stack is not taken. */
  trace(caller: (...parameters: never[]) => unknown): { readonly stack?: string } | undefined {
    if (!this.leakSeen && this.leasesSinceTrace++ % STACK_EVERY !== 0) return undefined;
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, caller);
    return holder;
  }

  inspect(slots: Iterable<LeaseSlot<unknown>>, nowMs: number): void {
    for (const slot of slots) {
      const outForMs = nowMs - slot.sinceMs;
      if (slot.state !== 'busy' || slot.leakReported || outForMs < (slot.leakThresholdMs ?? this.thresholdMs)) continue;
      slot.leakReported = true;
      this.leakSeen = true;
      this.counters.leaks++;
      this.publish(slot, outForMs, false);
    }
  }

  returned(slot: LeaseSlot<unknown>, nowMs: number): void {
    slot.leakReported = false;
    this.counters.returnedLate++;
    this.publish(slot, nowMs - slot.sinceMs, true);
  }

  private publish(slot: LeaseSlot<unknown>, outForMs: number, returned: boolean): void {
    const leak: PoolLeak = { pool: this.pool, outForMs, stack: slot.trace?.stack, returned };
    poolLeaks.publish(leak);
  }
}
