import type { Clock } from '../common/clock';
import type { Breaker } from './breaker';
import { ConnectionOpener } from './connection-opener';
import type { LeakDetector } from './leak-detector';
import type { LeasePoolOptions, LeaseResource } from './lease-pool.options';
import { LeaseSlot } from './lease-slot';
import type { PoolLimits, PoolTimings } from './pool';
import { poolConnectionChanges, type PoolConnectionChange } from './pool-channels';
import type { CloseReason, PoolCounters } from './pool-counters';
import { checkLimits } from './pool-limits';

/** What a connection set reports to the pool that lends its connections. */
export interface ConnectionSetEvents<R> {
  /** A connection was opened; it is neither lent nor idle yet. */
  opened(slot: LeaseSlot<R>, nowMs: number): void;
  /** A connection was lost while it was idle, and is closed. */
  lostIdle(slot: LeaseSlot<R>, error: unknown): void;
  /** A connection was closed, or another one may be opened again: a waiting caller may be served. */
  freed(): void;
}

/** Where a connection set counts and times what happens to its connections. */
export interface ConnectionRecords {
  readonly counters: PoolCounters;
  readonly timings: PoolTimings;
  readonly leaks: LeakDetector;
}

/**
 * All connections of a lease pool, lent or idle: opens `min` of them and more when asked, replaces old ones, closes
 * those above `min` that are idle for long. Holds at all times: open + connecting + closing ≤ max (after `max` was
 * lowered: as soon as leases come back).
 */
export class ConnectionSet<R> {
  private limits: PoolLimits;
  /** Every open connection; those being opened are the opener's. */
  private readonly slots = new Set<LeaseSlot<R>>();
  /** Lent from the end, so that the ones at the front grow idle when there is little to do. */
  private readonly idle: LeaseSlot<R>[] = [];
  /** The idle connection that a probe is using, and since when it was idle. */
  private probed: { readonly slot: LeaseSlot<R>; readonly sinceMs: number } | undefined;
  private readonly opener: ConnectionOpener<R>;
  /** Of connections that the server still has, and which count towards `max` until then. */
  private readonly closing = new Set<Promise<void>>();
  /** An old connection is being replaced; at `min` it is closed only when the new one is open. */
  private replacing = false;
  private maintenance: NodeJS.Timeout | undefined;
  /** The server failed at this time: what has been idle since before it is validated, however short that is. */
  private suspectBeforeMs = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(
    private readonly options: LeasePoolOptions,
    private readonly resource: LeaseResource<R>,
    breaker: Breaker,
    private readonly clock: Clock,
    private readonly records: ConnectionRecords,
    private readonly events: ConnectionSetEvents<R>,
  ) {
    this.limits = checkLimits(options.name, options);
    this.opener = new ConnectionOpener(resource, breaker, clock, options.maxConnecting, {
      opened: (slot, tookMs) => this.opened(slot, tookMs),
      failed: () => records.counters.errors++,
      lost: (slot, error) => this.lost(slot, error),
      resumed: () => events.freed(),
    });
  }

  get min(): number {
    return this.limits.min;
  }
  get max(): number {
    return this.limits.max;
  }
  get idleCount(): number {
    return this.idle.length;
  }
  /** Idle ones that a probe is using. */
  get probing(): number {
    return Number(this.probed !== undefined);
  }
  get inUse(): number {
    return this.slots.size - this.idle.length - this.probing;
  }
  get connecting(): number {
    return this.opener.count;
  }
  get isEmpty(): boolean {
    return this.slots.size === 0;
  }
  /** Open and being opened. */
  private get size(): number {
    return this.slots.size + this.opener.count;
  }
  /** Whether the server may be asked for another one. */
  get hasRoom(): boolean {
    return this.size + this.closing.size < this.limits.max;
  }
  get isAtMin(): boolean {
    return this.size >= this.limits.min;
  }
  /** What the last attempt to connect failed with; undefined while connecting works. */
  get connectError(): unknown {
    return this.opener.error;
  }

  /** Opens `min` connections; resolves when they are open or the first attempt failed. */
  async start(): Promise<void> {
    if (this.maintenance !== undefined || this.stopped) return;
    this.maintenance = setInterval(() => this.maintain(), this.options.maintenanceIntervalMs);
    this.maintenance.unref();
    const missing = Math.max(0, this.limits.min - this.size);
    await Promise.all(Array.from({ length: missing }, () => this.opener.open()));
  }

  /** Stops opening connections and closes the idle ones; lent ones are closed when they come back. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.maintenance);
    this.opener.stop();
    for (const slot of this.idle.slice()) this.close(slot, 'drained');
  }

  closeAll(): void {
    for (const slot of Array.from(this.slots)) this.close(slot, 'drained');
  }

  /** Resolves when the server has none of those any more that were closed. */
  async allClosed(): Promise<void> {
    await Promise.all(this.closing);
  }

  /** The connection that `takeIdle` would take. Only to be read when one is idle. */
  get nextIdle(): LeaseSlot<R> {
    return this.idle[this.idle.length - 1]!;
  }

  /** Takes the idle connection that was used last. Only to be called when one is idle. */
  takeIdle(): LeaseSlot<R> {
    return this.idle.pop()!;
  }

  putIdle(slot: LeaseSlot<R>, nowMs: number): void {
    slot.enter('idle', nowMs);
    this.idle.push(slot);
  }

  /** Takes an idle connection for a probe, to be given back with `returnProbed`. Only to be called when one is idle. */
  takeForProbe(nowMs: number): LeaseSlot<R> {
    const slot = this.takeIdle();
    this.probed = { slot, sinceMs: slot.sinceMs };
    slot.enter('validating', nowMs);
    return slot;
  }

  /** A probe is no use: the connection has been idle for as long as it had. False when it was given back before. */
  returnProbed(slot: LeaseSlot<R>): boolean {
    if (this.probed?.slot !== slot) return false;
    slot.sinceMs = this.probed.sinceMs;
    this.probed = undefined;
    return true;
  }

  openForProbe(signal: AbortSignal): Promise<void> {
    return this.opener.openForProbe(signal);
  }

  /** Opens connections until `wanted` waiting callers can be served and `min` are open, as far as limits allow. */
  openFor(wanted: number): void {
    while (this.mayOpen(wanted)) void this.opener.open();
  }

  /** Ends the pause after a failed connect, because the server is known to answer again. */
  resumeOpening(): void {
    this.opener.resume();
  }

  /** To be called when the server has failed: an idle connection may be broken without having noticed. */
  suspectIdle(): void {
    this.suspectBeforeMs = this.clock.monotonic();
  }

  /** Whether an idle connection has to be validated before it is lent. */
  isStale(slot: LeaseSlot<R>, nowMs: number): boolean {
    return nowMs - slot.sinceMs > this.options.validateAfterIdleMs || slot.sinceMs <= this.suspectBeforeMs;
  }

  /** Why a free connection must be closed instead of lent again; undefined when it may be lent. */
  reasonToClose(slot: LeaseSlot<R>, nowMs: number): CloseReason | undefined {
    if (slot.failure !== undefined) return 'lost';
    if (this.stopped) return 'drained';
    if (this.size > this.limits.max) return 'resized';
    if (slot.evicted) return 'evicted';
    if (slot.retireAtMs > nowMs) return undefined;
    // At min an old one serves on until maintenance has opened its replacement, unless there is no room for one.
    return this.slots.size > this.limits.min || this.limits.min === this.limits.max ? 'lifetime' : undefined;
  }

  close(slot: LeaseSlot<R>, reason: CloseReason, error: unknown = slot.failure): void {
    if (slot.state === 'closed') return;
    if (this.probed?.slot === slot) this.probed = undefined;
    if (slot.state === 'idle') this.idle.splice(this.idle.indexOf(slot), 1);
    slot.state = 'closed';
    this.slots.delete(slot);
    this.records.counters.closed[reason]++;
    this.publish(reason, error);
    const closed = this.resource.close(slot.resource, reason);
    if (closed !== undefined) {
      this.closing.add(closed);
      void closed.then(() => {
        this.closing.delete(closed);
        this.events.freed();
      });
    }
    this.events.freed();
  }

  /** @throws PoolLimitsError */
  resize(limits: Partial<PoolLimits>): void {
    const { min = this.limits.min, max = this.limits.max } = limits;
    this.limits = checkLimits(this.options.name, { min, max });
    while (this.idle.length > 0 && this.size > this.limits.max) {
      this.close(this.idle[0]!, 'resized');
    }
    this.events.freed();
  }

  /** Replaces the connections for which `which` holds: idle ones at once, busy ones when they come back. */
  evict(shouldEvict: (resource: R) => boolean): void {
    for (const slot of Array.from(this.slots)) {
      if (!shouldEvict(slot.resource)) continue;
      slot.evicted = true;
      if (slot.state === 'idle') this.close(slot, 'evicted');
    }
  }

  /** For how long the longest lease has been out, in milliseconds. */
  longestUseMs(): number {
    const nowMs = this.clock.monotonic();
    let longestMs = 0;
    for (const slot of this.slots) {
      if (slot.state === 'busy') longestMs = Math.max(longestMs, nowMs - slot.sinceMs);
    }
    return longestMs;
  }

  private mayOpen(wanted: number): boolean {
    if (!this.hasRoom || !this.opener.isReady) return false;
    return this.size < this.limits.min || wanted > this.opener.count;
  }

  private opened(slot: LeaseSlot<R>, tookMs: number): void {
    const nowMs = this.clock.monotonic();
    this.slots.add(slot);
    this.records.counters.created++;
    this.records.timings.connect.record(tookMs);
    this.publish(undefined, undefined);
    slot.retireAtMs = nowMs + this.options.maxLifetimeMs * (1 - Math.random() * 0.2);
    this.events.opened(slot, nowMs);
  }

  /** A connection died by itself: an idle one is closed now, a busy one when it comes back. */
  private lost(slot: LeaseSlot<R>, error: unknown): void {
    if (slot.state === 'closed' || slot.failure !== undefined) return;
    slot.failure = error ?? new Error('the connection was lost');
    this.records.counters.errors++;
    if (slot.state !== 'idle') return;
    this.close(slot, 'lost');
    this.events.lostIdle(slot, slot.failure);
  }

  private maintain(): void {
    const nowMs = this.clock.monotonic();
    this.records.leaks.inspect(this.slots, nowMs);
    for (const slot of this.idle.slice()) {
      const old = slot.retireAtMs <= nowMs;
      if (this.slots.size > this.limits.min) {
        if (old) this.close(slot, 'lifetime');
        else if (nowMs - slot.sinceMs >= this.options.idleTimeoutMs) this.close(slot, 'idle');
      } else if (old) this.replace(slot);
    }
    this.events.freed();
  }

  /** At min the replacement comes first, so that there are never fewer; where max leaves no room it comes second. */
  private replace(slot: LeaseSlot<R>): void {
    if (this.size >= this.limits.max) return this.close(slot, 'lifetime');
    if (this.replacing || !this.hasRoom || !this.opener.isReady) return;
    this.replacing = true;
    void this.opener.open().finally(() => {
      this.replacing = false;
      if (slot.state === 'idle' && this.slots.size > this.limits.min) this.close(slot, 'lifetime');
    });
  }

  private publish(reason: CloseReason | undefined, error: unknown): void {
    const change: PoolConnectionChange = { pool: this.options.name, reason, error };
    if (poolConnectionChanges.hasSubscribers) poolConnectionChanges.publish(change);
  }
}
