/**
 * Where a connection is: `connecting` → `idle` ⇄ `busy`, through `validating` before use after a long idle time and
 * `cleaning` on return when that takes a round trip; `closed` at the end.
 */
export type SlotState = 'connecting' | 'idle' | 'validating' | 'busy' | 'cleaning' | 'closed';

/** One connection of a lease pool and what the pool knows about it. */
export class LeaseSlot<R> {
  state: SlotState = 'connecting';
  resource!: R;
  /** Monotonic time (ms) at which `state` began. */
  sinceMs = 0;
  /** Monotonic time (ms) at which it is to be replaced. */
  retireAtMs = Number.POSITIVE_INFINITY;
  /** It must be closed instead of being lent again. */
  evicted = false;
  /** Why the connection is not to be lent again. */
  failure: unknown;
  /** The stack of the acquire of the current lease, if it was taken. */
  trace: { readonly stack?: string } | undefined;
  /** When the current lease counts as leaked (ms), where it is not as the pool says. */
  leakThresholdMs: number | undefined;
  leakReported = false;

  enter(state: SlotState, nowMs: number): void {
    this.state = state;
    this.sinceMs = nowMs;
  }
}
