import type { Clock } from '../common/clock';

/** `closed`: calls go through. `open`: all are refused. `half-open`: a few go through, to find out. */
export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

export interface BreakerOptions {
  /** Opens after this many failures in a row … */
  readonly failureThreshold: number;
  /** … if they have lasted for this time (ms), so that a short failure does not open it. */
  readonly tripAfterMs: number;
  /** First length of the open state (ms); doubled every time the probes fail, ±33 % of jitter. */
  readonly minOpenMs: number;
  readonly maxOpenMs: number;
  /** How many calls are let through while half-open. */
  readonly halfOpenProbes: number;
  /** After this time (ms) a probe that has not ended no longer keeps others from being tried. */
  readonly probeTimeoutMs: number;
}

export const DEFAULT_BREAKER: BreakerOptions = {
  failureThreshold: 5,
  tripAfterMs: 0,
  minOpenMs: 75,
  maxOpenMs: 5_000,
  halfOpenProbes: 1,
  probeTimeoutMs: 5_000,
};

/** Allows one call. `tryAcquire` gives it, and `settle` must be called with it. */
export interface BreakerPermit {
  readonly probe: boolean;
  readonly epoch: number;
  readonly sinceMs: number;
}

/**
 * `failure`: the server failed. `ignored`: the outcome says nothing about the server (SQL errors, 4xx, an abort by the
 * caller).
 */
export type BreakerOutcome = 'success' | 'failure' | 'ignored';

/**
 * Keeps callers away from a server that keeps failing. Counts failures in a row; outcomes of calls that began before
 * the last change of state are ignored. While half-open a few probes go through and all others are refused at once.
 */
export class Breaker {
  private currentState: BreakerState = 'closed';
  private epoch = 0;
  private failures = 0;
  private firstFailureMs = 0;
  private openUntilMs = 0;
  private openingsInARow = 0;
  private readonly probes = new Set<BreakerPermit>();
  private closedPermit: BreakerPermit = { probe: false, epoch: 0, sinceMs: 0 };
  private readonly listeners: ((state: BreakerState) => void)[] = [];
  /** The failure that counted last. */
  lastError: unknown;

  constructor(
    private readonly options: BreakerOptions,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {}

  /** `half-open` as soon as the open time is over, also before a call was tried. */
  get state(): BreakerState {
    return this.currentState === 'open' && this.clock.monotonic() >= this.openUntilMs ? 'half-open' : this.currentState;
  }

  /** True while calls flow freely; cheaper than `state`, for hot paths. */
  get isClosed(): boolean {
    return this.currentState === 'closed';
  }

  /** For how much longer all calls are refused (ms); 0 when one may be tried. */
  get retryAfterMs(): number {
    return this.currentState === 'open' ? Math.max(0, this.openUntilMs - this.clock.monotonic()) : 0;
  }

  onChange(listener: (state: BreakerState) => void): void {
    this.listeners.push(listener);
  }

  /** A permit, or undefined when the call is refused. `settle` must be called with every permit. */
  tryAcquire(): BreakerPermit | undefined {
    if (this.currentState === 'closed') return this.closedPermit;
    const nowMs = this.clock.monotonic();
    if (this.currentState === 'open') {
      if (nowMs < this.openUntilMs) return undefined;
      this.changeState('half-open');
    }
    if (this.probes.size >= this.options.halfOpenProbes) {
      for (const probe of this.probes) {
        if (nowMs - probe.sinceMs >= this.options.probeTimeoutMs) this.probes.delete(probe);
      }
      if (this.probes.size >= this.options.halfOpenProbes) return undefined;
    }
    const permit = { probe: true, epoch: this.epoch, sinceMs: nowMs };
    this.probes.add(permit);
    return permit;
  }

  settle(permit: BreakerPermit, outcome: BreakerOutcome, error?: unknown): void {
    if (permit.probe) this.probes.delete(permit);
    if (permit.epoch !== this.epoch || outcome === 'ignored') return;
    if (outcome === 'success') {
      if (this.failures > 0) this.failures = 0;
      if (permit.probe) this.close();
      return;
    }
    this.lastError = error;
    const nowMs = this.clock.monotonic();
    if (this.failures++ === 0) this.firstFailureMs = nowMs;
    const { failureThreshold, tripAfterMs } = this.options;
    if (permit.probe || (this.failures >= failureThreshold && nowMs - this.firstFailureMs >= tripAfterMs))
      this.open(error);
  }

  /** Opens at once, because the server is known to fail (from a health probe). */
  open(error?: unknown): void {
    const { minOpenMs, maxOpenMs } = this.options;
    const lengthMs = Math.min(maxOpenMs, minOpenMs * 2 ** Math.min(this.openingsInARow++, 30));
    this.openUntilMs = this.clock.monotonic() + lengthMs * (2 / 3 + (this.random() * 2) / 3);
    if (error !== undefined) this.lastError = error;
    this.changeState('open');
  }

  /** Lets all calls through again, because the server is known to work. */
  close(): void {
    this.openingsInARow = this.failures = 0;
    if (this.currentState !== 'closed') this.changeState('closed');
  }

  private changeState(state: BreakerState): void {
    const changed = state !== this.currentState;
    this.currentState = state;
    this.epoch++;
    this.probes.clear();
    if (state === 'closed') this.closedPermit = { probe: false, epoch: this.epoch, sinceMs: 0 };
    if (changed) for (const listener of this.listeners) listener(state);
  }
}
