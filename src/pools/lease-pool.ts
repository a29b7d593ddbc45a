import type { Clock } from '../common/clock';
import { LatencyHistogram } from '../common/latency-histogram';
import type { Breaker } from './breaker';
import { ConnectionOpener } from './connection-opener';
import { withDeadline } from './deadline';
import { LeakDetector } from './leak-detector';
import type { AcquireOptions, LeasePoolOptions, LeaseResource } from './lease-pool.options';
import type { LeaseSlot } from './lease-slot';
import type { PoolLimits, PoolTimings } from './pool';
import { poolConnectionChanges, type PoolConnectionChange } from './pool.channels';
import { type CloseReason, PoolCounters } from './pool.counters';
import { checkLimits } from './pool.limits';
import { PoolRefusals } from './pool.refusals';
import type { PoolOccupancy } from './pools.errors';
import { WaitQueue } from './wait-queue';

/**
 * Lends connections of one kind to one borrower each: between `min` and `max` of them, to callers in the order they
 * came. Holds at all times: busy + idle + connecting ≤ max (after `max` was lowered: as soon as leases come back).
 */
export class LeasePool<R> {
  readonly counters = new PoolCounters();
  readonly timings: PoolTimings = {
    wait: new LatencyHistogram(),
    use: new LatencyHistogram(),
    connect: new LatencyHistogram(),
  };
  readonly leaks: LeakDetector;
  private limits: PoolLimits;
  /** Every open connection; those being opened are the opener's. */
  private readonly slots = new Set<LeaseSlot<R>>();
  /** Lent from the end, so that the ones at the front grow idle when there is little to do. */
  private readonly idle: LeaseSlot<R>[] = [];
  private readonly queue: WaitQueue<LeaseSlot<R>>;
  private readonly opener: ConnectionOpener<R>;
  private readonly refusals: PoolRefusals;
  private validating = 0;
  /** An old connection at `min` is closed when its replacement is there. */
  private replacing = false;
  private maintenance: NodeJS.Timeout | undefined;
  /** Connections idle since before this are validated, however short the idle time: the server failed meanwhile. */
  private suspectBeforeMs = Number.NEGATIVE_INFINITY;
  private draining = false;
  private drained: Promise<void> | undefined;
  private onEmpty: (() => void) | undefined;

  constructor(
    private readonly options: LeasePoolOptions,
    private readonly resource: LeaseResource<R>,
    private readonly breaker: Breaker,
    private readonly clock: Clock,
  ) {
    this.limits = checkLimits(options.name, options);
    this.queue = new WaitQueue(clock);
    this.opener = new ConnectionOpener(resource, breaker, clock, options.maxConnecting, {
      opened: (slot, tookMs) => this.opened(slot, tookMs),
      failed: () => this.counters.errors++,
      lost: (slot, error) => this.lost(slot, error),
      resumed: () => this.pump(),
    });
    this.refusals = new PoolRefusals(options, this.counters, () => this.occupancy());
    this.leaks = new LeakDetector(options.name, options.leakThresholdMs, this.counters);
    breaker.onChange((state) => this.breakerTurned(state));
  }

  get min(): number {
    return this.limits.min;
  }
  get max(): number {
    return this.limits.max;
  }
  get maxWaiting(): number {
    return this.options.maxWaiting;
  }
  get idleCount(): number {
    return this.idle.length;
  }
  get inUse(): number {
    return this.slots.size - this.idle.length;
  }
  get connecting(): number {
    return this.opener.count;
  }
  /** Open and being opened. */
  private get size(): number {
    return this.slots.size + this.opener.count;
  }
  get waiting(): number {
    return this.queue.size;
  }

  /** The last attempt to connect failed. */
  get failingToConnect(): boolean {
    return this.opener.error !== undefined;
  }

  /** Opens `min` connections; resolves when they are open or the first attempt failed. */
  async start(): Promise<void> {
    if (this.maintenance !== undefined || this.draining) return;
    this.maintenance = setInterval(() => this.maintain(), this.options.maintenanceIntervalMs);
    this.maintenance.unref();
    const missing = Math.max(0, this.limits.min - this.size);
    await Promise.all(Array.from({ length: missing }, () => this.opener.open()));
  }

  /** A connection if one can be had without waiting, else undefined; for hot paths, leaves no trace for the leak report. */
  take(): LeaseSlot<R> | undefined {
    const count = this.idle.length;
    if (count === 0 || this.queue.size > 0 || !this.breaker.isClosed) return undefined;
    const slot = this.idle[count - 1]!;
    const nowMs = this.clock.monotonic();
    if (this.isStale(slot, nowMs)) return undefined;
    this.idle.pop();
    this.timings.wait.record(0);
    return this.lend(slot, nowMs);
  }

  /**
   * A connection, at the latest after `acquireTimeoutMs`. To be given back with `release`, whatever happens.
   * @throws PoolAcquireTimeoutError, PoolQueueFullError, PoolBreakerOpenError, PoolClosedError, the signal's reason
   */
  acquire(options: AcquireOptions = {}): Promise<LeaseSlot<R>> {
    if (options.signal?.aborted) {
      this.refusals.aborted();
      return Promise.reject(options.signal.reason);
    }
    const slot = this.take();
    return slot === undefined ? this.acquireLater(options) : Promise.resolve(slot);
  }

  /** Gives a connection back; with `failure` it is closed instead of being lent again. */
  release(slot: LeaseSlot<R>, failure?: unknown): void {
    if (slot.state !== 'busy') return; // closed under its borrower by a drain
    const nowMs = this.clock.monotonic();
    this.timings.use.record(nowMs - slot.sinceMs);
    this.counters.released++;
    if (slot.leakReported) this.leaks.returned(slot, nowMs);
    slot.trace = undefined;
    if (slot.failure !== undefined) return this.close(slot, 'lost');
    if (failure !== undefined) return this.close(slot, 'released_with_error', failure);
    const clean = this.resource.clean(slot.resource);
    if (clean === true) return this.offer(slot, nowMs);
    if (clean === false) return this.close(slot, 'unclean');
    this.enter(slot, 'cleaning', nowMs);
    clean.then(
      (isClean) => (isClean ? this.offer(slot, this.clock.monotonic()) : this.close(slot, 'unclean')),
      (error: unknown) => this.close(slot, 'unclean', error),
    );
  }

  resize(limits: Partial<PoolLimits>): void {
    const { min = this.limits.min, max = this.limits.max } = limits;
    this.limits = checkLimits(this.options.name, { min, max });
    while (this.idle.length > 0 && this.size > this.limits.max) {
      this.close(this.idle[0]!, 'resized');
    }
    this.pump();
  }

  /** Replaces the connections for which `which` holds: idle ones at once, busy ones when they come back. */
  evict(which: (resource: R) => boolean): void {
    for (const slot of Array.from(this.slots)) {
      if (!which(slot.resource)) continue;
      slot.evicted = true;
      if (slot.state === 'idle') this.close(slot, 'evicted');
    }
  }

  /** To be told that the server answers; where nothing is to be opened, no connect of ours would find out. */
  serverAnswers(): void {
    if (this.queue.size === 0 && this.size >= this.limits.min) this.opener.resume();
  }

  drain(deadlineMs: number): Promise<void> {
    this.draining = true;
    this.drained ??= this.drainOnce(deadlineMs);
    return this.drained;
  }

  private async drainOnce(deadlineMs: number): Promise<void> {
    clearInterval(this.maintenance);
    this.opener.stop();
    this.queue.rejectAll(() => this.refusals.closed());
    for (const slot of this.idle.slice()) this.close(slot, 'drained');
    if (this.slots.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadlineMs);
        this.onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const slot of Array.from(this.slots)) this.close(slot, 'drained');
  }

  occupancy(): PoolOccupancy {
    const nowMs = this.clock.monotonic();
    let longestUseMs = 0;
    for (const slot of this.slots) {
      if (slot.state === 'busy') longestUseMs = Math.max(longestUseMs, nowMs - slot.sinceMs);
    }
    const { inUse, connecting, waiting, max } = this;
    return { inUse, idle: this.idle.length, connecting, waiting, max, longestUseMs };
  }

  private acquireLater(options: AcquireOptions): Promise<LeaseSlot<R>> {
    if (this.draining) return Promise.reject(this.refusals.closed());
    const breaker = this.breaker.state;
    if (breaker === 'open' || (breaker === 'half-open' && this.queue.size > 0)) {
      return Promise.reject(this.refusals.breakerOpen(this.breaker));
    }
    // Whoever will be served by a connection that is free or may be opened does not count as waiting in line.
    const soonFree = Math.max(0, this.limits.max - this.inUse + this.validating);
    if (this.queue.size >= this.options.maxWaiting + soonFree) return Promise.reject(this.refusals.queueFull());
    const lease = this.queue.wait({
      timeoutMs: options.acquireTimeoutMs ?? this.options.acquireTimeoutMs,
      signal: options.signal,
      expired: (waitedMs) => this.refusals.timeout(waitedMs, this.opener.error),
      aborted: () => this.refusals.aborted(),
    });
    this.pump();
    return lease;
  }

  /** Gives what is idle to whoever waits and opens what is missing. */
  private pump(): void {
    if (this.draining) return;
    const nowMs = this.clock.monotonic();
    while (this.queue.size > this.validating && this.idle.length > 0) {
      const slot = this.idle.pop()!;
      if (this.isStale(slot, nowMs)) this.validate(slot, nowMs);
      else this.lendToNext(slot, nowMs);
    }
    while (this.mayOpen()) void this.opener.open();
  }

  private mayOpen(): boolean {
    if (this.size >= this.limits.max || !this.opener.isReady) return false;
    return this.size < this.limits.min || this.queue.size > this.opener.count + this.validating;
  }

  private opened(slot: LeaseSlot<R>, tookMs: number): void {
    const nowMs = this.clock.monotonic();
    this.slots.add(slot);
    this.counters.created++;
    this.timings.connect.record(tookMs);
    this.publish(undefined, undefined);
    slot.retireAtMs = nowMs + this.options.maxLifetimeMs * (1 - Math.random() * 0.2);
    this.offer(slot, nowMs);
    this.pump();
  }

  private validate(slot: LeaseSlot<R>, nowMs: number): void {
    const { validationTimeoutMs, endpoint } = this.options;
    this.enter(slot, 'validating', nowMs);
    this.validating++;
    withDeadline(
      (signal) => this.resource.validate(slot.resource, signal),
      validationTimeoutMs,
      () => new Error(`a connection to ${endpoint} was not validated within ${validationTimeoutMs} ms`),
    ).then(
      () => {
        this.validating--;
        this.offer(slot, this.clock.monotonic());
      },
      (error: unknown) => {
        this.validating--;
        this.counters.errors++;
        this.close(slot, 'invalid', error);
      },
    );
  }

  /** A connection is free: for whoever waits longest, else idle, unless it is to go. */
  private offer(slot: LeaseSlot<R>, nowMs: number): void {
    if (slot.state === 'closed') return;
    const reason = this.reasonToClose(slot, nowMs);
    if (reason !== undefined) return this.close(slot, reason);
    if (this.queue.size > 0) return this.lendToNext(slot, nowMs);
    this.enter(slot, 'idle', nowMs);
    this.idle.push(slot);
  }

  private reasonToClose(slot: LeaseSlot<R>, nowMs: number): CloseReason | undefined {
    if (slot.failure !== undefined) return 'lost';
    if (this.draining) return 'drained';
    if (this.size > this.limits.max) return 'resized';
    if (slot.evicted) return 'evicted';
    if (slot.retireAtMs > nowMs) return undefined;
    // At min an old one serves on until maintenance has opened its replacement, unless there is no room for one.
    return this.slots.size > this.limits.min || this.limits.min === this.limits.max ? 'lifetime' : undefined;
  }

  private lendToNext(slot: LeaseSlot<R>, nowMs: number): void {
    this.lend(slot, nowMs);
    this.timings.wait.record(this.queue.serve(slot) ?? 0);
  }

  private lend(slot: LeaseSlot<R>, nowMs: number): LeaseSlot<R> {
    this.enter(slot, 'busy', nowMs);
    this.counters.acquired++;
    return slot;
  }

  private enter(slot: LeaseSlot<R>, state: LeaseSlot<R>['state'], nowMs: number): void {
    slot.state = state;
    slot.sinceMs = nowMs;
  }

  private isStale(slot: LeaseSlot<R>, nowMs: number): boolean {
    return nowMs - slot.sinceMs > this.options.validateAfterIdleMs || slot.sinceMs <= this.suspectBeforeMs;
  }

  private lost(slot: LeaseSlot<R>, error: unknown): void {
    if (slot.state === 'closed' || slot.failure !== undefined) return;
    slot.failure = error ?? new Error('the connection was lost');
    this.counters.errors++;
    if (slot.state === 'idle') this.close(slot, 'lost');
  }

  private close(slot: LeaseSlot<R>, reason: CloseReason, error: unknown = slot.failure): void {
    if (slot.state === 'closed') return;
    if (slot.state === 'idle') this.idle.splice(this.idle.indexOf(slot), 1);
    slot.state = 'closed';
    this.slots.delete(slot);
    this.counters.closed[reason]++;
    this.publish(reason, error);
    this.resource.close(slot.resource, reason);
    if (this.slots.size === 0) this.onEmpty?.();
    this.pump();
  }

  private maintain(): void {
    const nowMs = this.clock.monotonic();
    this.leaks.inspect(this.slots, nowMs);
    for (const slot of this.idle.slice()) {
      const old = slot.retireAtMs <= nowMs;
      if (this.slots.size > this.limits.min) {
        if (old) this.close(slot, 'lifetime');
        else if (nowMs - slot.sinceMs >= this.options.idleTimeoutMs) this.close(slot, 'idle');
      } else if (old) this.replace(slot);
    }
    this.pump();
  }

  /** At min the replacement comes first, so that there are never fewer; where max leaves no room it comes second. */
  private replace(slot: LeaseSlot<R>): void {
    if (this.size >= this.limits.max) return this.close(slot, 'lifetime');
    if (this.replacing || !this.opener.isReady) return;
    this.replacing = true;
    void this.opener.open().finally(() => {
      this.replacing = false;
      if (slot.state === 'idle' && this.slots.size > this.limits.min) this.close(slot, 'lifetime');
    });
  }

  private breakerTurned(state: string): void {
    if (state === 'open') {
      this.suspectBeforeMs = this.clock.monotonic();
      this.queue.rejectAll(() => this.refusals.breakerOpen(this.breaker));
    } else if (state === 'closed') {
      this.opener.resume();
      this.pump();
    }
  }

  private publish(reason: CloseReason | undefined, error: unknown): void {
    const change: PoolConnectionChange = { pool: this.options.name, reason, error };
    if (poolConnectionChanges.hasSubscribers) poolConnectionChanges.publish(change);
  }
}
