import type { Clock } from '../common/clock';
import { LatencyHistogram } from '../common/latency-histogram';
import { Backoff } from './backoff';
import type { Breaker } from './breaker';
import { withDeadline } from './deadline';
import { LeakDetector } from './leak-detector';
import type { AcquireOptions, LeasePoolOptions, LeaseResource } from './lease-pool.options';
import { LeaseSlot } from './lease-slot';
import type { PoolLimits, PoolTimings } from './pool';
import { poolConnectionChanges, poolRefusals, type PoolConnectionChange, type PoolRefusal } from './pool.channels';
import { type CloseReason, PoolCounters } from './pool.counters';
import {
  PoolAcquireTimeoutError,
  PoolBreakerOpenError,
  PoolClosedError,
  PoolLimitsError,
  type PoolOccupancy,
  PoolQueueFullError,
} from './pools.errors';
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
  /** Every open connection; those being opened are counted by `connecting`. */
  private readonly slots = new Set<LeaseSlot<R>>();
  /** Lent from the end, so that the ones at the front grow idle when there is little to do. */
  private readonly idle: LeaseSlot<R>[] = [];
  private readonly queue: WaitQueue<LeaseSlot<R>>;
  private readonly backoff: Backoff;
  private readonly abort = new AbortController();
  private connectingNow = 0;
  private validatingNow = 0;
  /** An old connection at `min` is closed when its replacement is there. */
  private replacing = false;
  private connectTimer: NodeJS.Timeout | undefined;
  private maintenance: NodeJS.Timeout | undefined;
  private connectError: unknown;
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
    this.backoff = new Backoff({ minMs: 20, maxMs: 1_000, share: 0.05 }, clock);
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
    return this.connectingNow;
  }
  get waiting(): number {
    return this.queue.size;
  }

  /** The last attempt to connect failed. */
  get failingToConnect(): boolean {
    return this.backoff.failing;
  }

  /** Opens `min` connections; resolves when they are open or the first attempt failed. */
  async start(): Promise<void> {
    if (this.maintenance !== undefined || this.draining) return;
    this.maintenance = setInterval(() => this.maintain(), this.options.maintenanceIntervalMs);
    this.maintenance.unref();
    const warm: Promise<void>[] = [];
    while (this.slots.size + this.connectingNow < this.limits.min) warm.push(this.connect());
    await Promise.all(warm);
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
    if (options.signal?.aborted) return this.refuse('aborted', options.signal.reason);
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
    while (this.idle.length > 0 && this.slots.size + this.connectingNow > this.limits.max) {
      this.close(this.idle[0]!, 'resized');
    }
    this.pump();
  }

  /** Replaces every connection there is now: idle ones at once, busy ones when they come back. */
  evict(): void {
    const nowMs = this.clock.monotonic();
    for (const slot of this.slots) slot.retireAtMs = nowMs;
    for (const slot of this.idle.slice()) this.close(slot, 'evicted');
  }

  drain(deadlineMs: number): Promise<void> {
    this.draining = true;
    this.drained ??= this.drainOnce(deadlineMs);
    return this.drained;
  }

  private async drainOnce(deadlineMs: number): Promise<void> {
    clearInterval(this.maintenance);
    clearTimeout(this.connectTimer);
    this.abort.abort(new PoolClosedError(this.options.name));
    this.queue.rejectAll(() => this.refusal('closed', new PoolClosedError(this.options.name)));
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
    const { name, maxWaiting, settings } = this.options;
    if (this.draining) return this.refuse('closed', new PoolClosedError(name));
    const breaker = this.breaker.state;
    if (breaker === 'open' || (breaker === 'half-open' && this.queue.size > 0)) {
      return this.refuse('breaker_open', this.breakerError());
    }
    // Whoever will be served by a connection that is free or may be opened does not count as waiting in line.
    if (this.queue.size >= maxWaiting + Math.max(0, this.limits.max - this.inUse + this.validatingNow)) {
      return this.refuse('queue_full', new PoolQueueFullError(name, maxWaiting, this.occupancy(), settings));
    }
    const lease = this.queue.wait({
      timeoutMs: options.acquireTimeoutMs ?? this.options.acquireTimeoutMs,
      signal: options.signal,
      expired: (waitedMs) => {
        const connectError = this.backoff.failing ? this.connectError : undefined;
        return this.refusal(
          'timeout',
          new PoolAcquireTimeoutError(name, waitedMs, this.occupancy(), settings, connectError),
        );
      },
      aborted: () => this.refusal('aborted', undefined),
    });
    this.pump();
    return lease;
  }

  /** Gives what is idle to whoever waits and opens what is missing. */
  private pump(): void {
    if (this.draining) return;
    const nowMs = this.clock.monotonic();
    while (this.queue.size > this.validatingNow && this.idle.length > 0) {
      const slot = this.idle.pop()!;
      if (this.isStale(slot, nowMs)) this.validate(slot, nowMs);
      else this.lendToNext(slot, nowMs);
    }
    while (this.mayConnect()) void this.connect();
  }

  private mayConnect(): boolean {
    const open = this.slots.size + this.connectingNow;
    if (open >= this.limits.max) return false;
    if (this.connectTimer !== undefined) return false; // pausing after a failure
    if (this.connectingNow >= (this.backoff.failing ? 1 : this.options.maxConnecting)) return false;
    return open < this.limits.min || this.queue.size > this.connectingNow + this.validatingNow;
  }

  private async connect(): Promise<void> {
    const pass = this.breaker.enter();
    if (pass === undefined) return this.pauseConnecting();
    const slot = new LeaseSlot<R>();
    const beganMs = this.clock.monotonic();
    this.connectingNow++;
    try {
      slot.resource = await this.resource.open(this.abort.signal, (error) => this.lost(slot, error));
    } catch (error) {
      this.connectingNow--;
      if (this.draining) return;
      this.counters.errors++;
      this.connectError = error;
      this.pauseConnecting();
      this.breaker.leave(pass, 'unwell', error);
      return;
    }
    const nowMs = this.clock.monotonic();
    this.connectingNow--;
    this.slots.add(slot);
    this.counters.created++;
    this.timings.connect.record(nowMs - beganMs);
    this.publish(undefined, undefined);
    slot.retireAtMs = nowMs + this.options.maxLifetimeMs * (1 - Math.random() * 0.2);
    this.backoff.reset();
    this.breaker.leave(pass, 'well');
    if (slot.failure !== undefined) this.close(slot, 'lost');
    else this.offer(slot, nowMs);
    this.pump();
  }

  private pauseConnecting(): void {
    if (this.draining || this.connectTimer !== undefined) return;
    this.connectTimer = setTimeout(() => {
      this.connectTimer = undefined;
      this.pump();
    }, this.backoff.next());
    this.connectTimer.unref();
  }

  private validate(slot: LeaseSlot<R>, nowMs: number): void {
    const { validationTimeoutMs, endpoint } = this.options;
    this.enter(slot, 'validating', nowMs);
    this.validatingNow++;
    withDeadline(
      (signal) => this.resource.validate(slot.resource, signal),
      validationTimeoutMs,
      () => new Error(`a connection to ${endpoint} was not validated within ${validationTimeoutMs} ms`),
    ).then(
      () => {
        this.validatingNow--;
        this.offer(slot, this.clock.monotonic());
      },
      (error: unknown) => {
        this.validatingNow--;
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
    if (this.queue.size > 0 && this.breaker.isClosed) return this.lendToNext(slot, nowMs);
    this.enter(slot, 'idle', nowMs);
    this.idle.push(slot);
  }

  private reasonToClose(slot: LeaseSlot<R>, nowMs: number): CloseReason | undefined {
    if (slot.failure !== undefined) return 'lost';
    if (this.draining) return 'drained';
    if (this.slots.size + this.connectingNow > this.limits.max) return 'resized';
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
    if (this.slots.size + this.connectingNow >= this.limits.max) return this.close(slot, 'lifetime');
    if (this.replacing || this.connectTimer !== undefined) return;
    this.replacing = true;
    void this.connect().finally(() => {
      this.replacing = false;
      if (slot.state === 'idle' && this.slots.size > this.limits.min) this.close(slot, 'lifetime');
    });
  }

  private breakerTurned(state: string): void {
    if (state === 'open') {
      this.suspectBeforeMs = this.clock.monotonic();
      this.queue.rejectAll(() => this.refusal('breaker_open', this.breakerError()));
    } else if (state === 'closed') {
      clearTimeout(this.connectTimer);
      this.connectTimer = undefined;
      this.pump();
    }
  }

  private breakerError(): PoolBreakerOpenError {
    const { name, endpoint } = this.options;
    return new PoolBreakerOpenError(name, endpoint, this.breaker.retryAfterMs, this.breaker.lastError);
  }

  private refuse(reason: PoolRefusal['reason'], error: unknown): Promise<never> {
    return Promise.reject(this.refusal(reason, error));
  }

  /** The one place that counts and publishes that somebody got nothing. */
  private refusal<E>(reason: PoolRefusal['reason'], error: E): E {
    if (reason === 'timeout') this.counters.timeouts++;
    else if (reason === 'aborted') this.counters.aborted++;
    else this.counters.rejected[reason]++;
    const refusal: PoolRefusal = { pool: this.options.name, reason };
    if (poolRefusals.hasSubscribers) poolRefusals.publish(refusal);
    return error;
  }

  private publish(reason: CloseReason | undefined, error: unknown): void {
    const change: PoolConnectionChange = { pool: this.options.name, reason, error };
    if (poolConnectionChanges.hasSubscribers) poolConnectionChanges.publish(change);
  }
}

function checkLimits(pool: string, { min, max }: PoolLimits): PoolLimits {
  const limits = { min, max };
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
    throw new PoolLimitsError(pool, limits, 'both have to be whole numbers');
  }
  if (min < 0 || max < 1) throw new PoolLimitsError(pool, limits, 'min starts at 0 and max at 1');
  if (min > max) throw new PoolLimitsError(pool, limits, 'min may not exceed max');
  return limits;
}
