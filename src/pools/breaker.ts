import type { Clock } from '../common/clock';
import { FailuresInARow, type TripRule } from './trip-rules';

/** `closed`: calls go through. `open`: all are refused. `half-open`: a few go through, to find out. */
export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** For how long a breaker stays open, and what may pass until it closes. */
export interface RecoveryOptions {
  /** First length of the open state (ms); doubled every time the probes fail, ±33 % of jitter. */
  readonly minOpenMs: number;
  readonly maxOpenMs: number;
  /** How many calls are let through while half-open. */
  readonly halfOpenProbes: number;
  /** After this time (ms) a probe that has not ended no longer keeps others from being tried. */
  readonly probeTimeoutMs: number;
  /** This share of the calls, from 0 to 1, goes through even while it is open; the first that succeeds closes it. */
  readonly openShare: number;
}

export interface BreakerOptions extends RecoveryOptions {
  /** Opens after this many failures in a row … */
  readonly failureThreshold: number;
  /** … if they have lasted for this time (ms), so that a short failure does not open it. */
  readonly tripAfterMs: number;
}

export const DEFAULT_BREAKER: BreakerOptions = {
  failureThreshold: 5,
  tripAfterMs: 0,
  minOpenMs: 75,
  maxOpenMs: 5_000,
  halfOpenProbes: 1,
  probeTimeoutMs: 5_000,
  openShare: 0,
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
 * Keeps callers away from a server that keeps failing, as its rule says: by default failures in a row. Outcomes of calls
 * that began before the last change of state are ignored. While half-open a few probes go through and all others are
 * refused at once.
 */
export class Breaker {
  private currentState: BreakerState = 'closed';
  private epoch = 0;
  private openUntilMs = 0;
  private openingsInARow = 0;
  /** How much of the next call may pass while open: at 1 it passes. */
  private share = 0;
  private readonly probes = new Set<BreakerPermit>();
  private closedPermit: BreakerPermit = { probe: false, epoch: 0, sinceMs: 0 };
  private readonly listeners: ((state: BreakerState, from: BreakerState) => void)[] = [];
  /** The failure that counted last. */
  lastError: unknown;

  constructor(
    private readonly options: RecoveryOptions,
    private readonly clock: Clock,
    private readonly rule: TripRule,
    private readonly random: () => number = Math.random,
  ) {}

  /** A breaker that opens after failures in a row. */
  static ofFailuresInARow(options: BreakerOptions, clock: Clock, random?: () => number): Breaker {
    return new Breaker(
      options,
      clock,
      new FailuresInARow(options.failureThreshold, options.tripAfterMs, clock),
      random,
    );
  }

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

  /** Whether a probe is under way. */
  get isProbing(): boolean {
    return this.probes.size > 0;
  }

  onChange(listener: (state: BreakerState, from: BreakerState) => void): void {
    this.listeners.push(listener);
  }

  /** A permit, or undefined when the call is refused. `settle` must be called with every permit. */
  tryAcquire(): BreakerPermit | undefined {
    if (this.currentState === 'closed') return this.closedPermit;
    const nowMs = this.clock.monotonic();
    if (this.currentState === 'open') {
      if (nowMs < this.openUntilMs) return this.shareOfOpen(nowMs);
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
      if (permit.probe) this.close();
      else this.rule.succeeded();
      return;
    }
    this.lastError = error;
    // What passed while it was open can close it, and must not prolong it.
    if (this.currentState === 'open') return;
    if (permit.probe || this.rule.failed()) this.open(error);
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
    this.openingsInARow = 0;
    this.rule.reset();
    if (this.currentState !== 'closed') this.changeState('closed');
  }

  private shareOfOpen(nowMs: number): BreakerPermit | undefined {
    this.share += this.options.openShare;
    if (this.share < 1) return undefined;
    this.share -= 1;
    return { probe: true, epoch: this.epoch, sinceMs: nowMs };
  }

  private changeState(state: BreakerState): void {
    const from = this.currentState;
    this.currentState = state;
    this.epoch++;
    this.probes.clear();
    if (state === 'closed') this.closedPermit = { probe: false, epoch: this.epoch, sinceMs: 0 };
    if (state !== from) for (const listener of this.listeners) listener(state, from);
  }
}
