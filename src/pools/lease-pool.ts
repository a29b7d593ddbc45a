import type { Clock } from '../common/clock';
import type { Breaker, BreakerState } from './breaker';
import { ConnectionSet } from './connection-set';
import { withDeadline } from '../common/deadline';
import { DrainWait } from './drain-wait';
import { LeakDetector } from './leak-detector';
import type { AcquireOptions, LeasePoolOptions, LeaseResource } from './lease-pool.options';
import type { LeaseSlot } from './lease-slot';
import type { PoolLimits, PoolTimings } from './pool';
import type { PoolCounters } from './pool-counters';
import { newRecords } from './pool-records';
import { PoolRefusals } from './pool-refusals';
import { poolAcquires, PoolOperation, traceOperation } from './pool-tracing';
import type { PoolOccupancy } from './pools.errors';
import { WaitQueue } from './wait-queue';

/**
 * Lends connections of one kind to one borrower each: between `min` and `max` of them (see `ConnectionSet`), to
 * callers in the order they came.
 */
export class LeasePool<R> {
  readonly counters: PoolCounters;
  readonly timings: PoolTimings;
  readonly leaks: LeakDetector;
  readonly refusals: PoolRefusals;
  /** Called when a connection was lost while it was idle. */
  onLostIdle: ((error: unknown, resource: R) => void) | undefined;
  private readonly connections: ConnectionSet<R>;
  private readonly queue: WaitQueue<LeaseSlot<R>>;
  private validating = 0;
  private draining = false;
  private drained: Promise<void> | undefined;
  private readonly drainWait = new DrainWait();

  constructor(
    private readonly options: LeasePoolOptions,
    private readonly resource: LeaseResource<R>,
    private readonly breaker: Breaker,
    private readonly clock: Clock,
  ) {
    const { counters, timings } = options.records ?? newRecords();
    this.counters = counters;
    this.timings = timings;
    this.queue = new WaitQueue(clock);
    this.refusals = new PoolRefusals(options, this.counters, () => this.occupancy());
    this.leaks = new LeakDetector(options.name, options.leakThresholdMs, this.counters);
    this.connections = new ConnectionSet(options, resource, breaker, clock, this, {
      opened: (slot, nowMs) => {
        this.offer(slot, nowMs);
        this.serveWaiting();
      },
      lostIdle: (slot, error) => this.onLostIdle?.(error, slot.resource),
      freed: () => {
        if (this.connections.isEmpty) this.drainWait.allReturned();
        this.serveWaiting();
      },
    });
    breaker.onChange((state) => this.onBreakerChange(state));
  }

  get min(): number {
    return this.connections.min;
  }
  get max(): number {
    return this.connections.max;
  }
  get maxWaiting(): number {
    return this.options.maxWaiting;
  }
  get idleCount(): number {
    return this.connections.idleCount + this.connections.probing;
  }
  get inUse(): number {
    return this.connections.inUse;
  }
  get connecting(): number {
    return this.connections.connecting;
  }
  get waiting(): number {
    return this.queue.size;
  }

  /** Whether another connection may be opened. */
  get hasRoom(): boolean {
    return this.connections.hasRoom;
  }
  /** Connects work, as far as is known. */
  get isWell(): boolean {
    return this.breaker.isClosed && !this.failingToConnect;
  }

  /** The last attempt to connect failed. */
  get failingToConnect(): boolean {
    return this.connections.connectError !== undefined;
  }

  /** Opens `min` connections; resolves when they are open or the first attempt failed. */
  start(): Promise<void> {
    return this.connections.start();
  }

  /**
   * An idle connection, or undefined when the caller would have to wait. For hot paths: no stack is recorded for the
   * report of leaks.
   */
  take(): LeaseSlot<R> | undefined {
    if (this.connections.idleCount === 0 || this.queue.size > 0 || !this.breaker.isClosed) return undefined;
    const nowMs = this.clock.monotonic();
    if (this.connections.isStale(this.connections.nextIdle, nowMs)) return undefined;
    const slot = this.connections.takeIdle();
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
    const { leakThresholdMs } = options;
    const slot = this.take();
    if (slot !== undefined) {
      slot.leakThresholdMs = leakThresholdMs;
      return Promise.resolve(slot);
    }
    const lent = this.acquireTraced(options);
    return leakThresholdMs === undefined ? lent : lent.then((one) => Object.assign(one, { leakThresholdMs }));
  }

  private acquireTraced(options: AcquireOptions): Promise<LeaseSlot<R>> {
    if (!poolAcquires.hasSubscribers) return this.acquireLater(options);
    const operation = new PoolOperation(this.options.name, 'acquire', undefined);
    return traceOperation(poolAcquires, operation, () => this.acquireLater(options));
  }

  /** Gives a connection back; with `failure` it is closed instead of being lent again. */
  release(slot: LeaseSlot<R>, failure?: unknown): void {
    if (slot.state !== 'busy') return; // the end of a drain has closed it already
    const nowMs = this.clock.monotonic();
    this.timings.use.record(nowMs - slot.sinceMs);
    this.counters.released++;
    if (slot.leakReported) this.leaks.returned(slot, nowMs);
    slot.trace = slot.leakThresholdMs = undefined;
    if (slot.failure !== undefined) return this.connections.close(slot, 'lost');
    if (failure !== undefined) return this.connections.close(slot, 'released_with_error', failure);
    const clean = this.resource.clean(slot.resource);
    if (clean === true) return this.offer(slot, nowMs);
    if (clean === false) return this.connections.close(slot, 'unclean');
    slot.enter('cleaning', nowMs);
    clean.then(
      (isClean) => (isClean ? this.offer(slot, this.clock.monotonic()) : this.connections.close(slot, 'unclean')),
      (error: unknown) => this.connections.close(slot, 'unclean', error),
    );
  }

  /** An idle connection for a probe, which counts as idle all the while; to be given back with `returnProbed`. */
  takeForProbe(): LeaseSlot<R> | undefined {
    if (this.connections.idleCount === 0 || this.connections.probing > 0 || this.queue.size > 0) return undefined;
    return this.connections.takeForProbe(this.clock.monotonic());
  }

  /** With `failure` the connection is closed. */
  returnProbed(slot: LeaseSlot<R>, failure?: unknown): void {
    if (!this.connections.returnProbed(slot)) return;
    if (failure === undefined) return this.offerProbed(slot);
    if (slot.failure === undefined) this.counters.errors++; // else it was counted when it was lost
    this.connections.close(slot, 'lost', failure);
  }

  /** Opens a connection for a probe, which stays in the pool. Only to be called where there is room. */
  openForProbe(signal: AbortSignal): Promise<void> {
    return this.connections.openForProbe(signal);
  }

  /** @throws PoolLimitsError */
  resize(limits: Partial<PoolLimits>): void {
    this.connections.resize(limits);
  }

  /** Replaces the connections for which `which` holds: idle ones at once, busy ones when they come back. */
  evict(shouldEvict: (resource: R) => boolean): void {
    this.connections.evict(shouldEvict);
  }

  /** To be called when a probe was answered. Without a connection to open, this pool would not find out by itself. */
  onServerAnswered(): void {
    if (this.queue.size === 0 && this.connections.isAtMin) this.connections.resumeOpening();
  }

  drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    this.drained ??= this.drainOnce(timeoutMs);
    return this.drained;
  }

  private async drainOnce(timeoutMs: number): Promise<void> {
    this.queue.rejectAll(() => this.refusals.closed());
    this.connections.stop();
    if (!this.connections.isEmpty) await this.drainWait.wait(timeoutMs);
    this.connections.closeAll();
    await this.connections.allClosed();
  }

  occupancy(): PoolOccupancy {
    const { inUse, idleCount, connecting, waiting, max } = this;
    return { inUse, idle: idleCount, connecting, waiting, max, longestUseMs: this.connections.longestUseMs() };
  }

  private acquireLater(options: AcquireOptions): Promise<LeaseSlot<R>> {
    if (this.draining) return Promise.reject(this.refusals.closed());
    const breaker = this.breaker.state;
    if (breaker === 'open' || (breaker === 'half-open' && this.queue.size > 0)) {
      return Promise.reject(this.refusals.breakerOpen(this.options.endpoint, this.breaker));
    }
    // Callers that a connection will soon serve, an idle one or one that may be opened, are not counted as waiting.
    const soonFree = Math.max(0, this.max - this.inUse + this.validating);
    if (this.queue.size >= this.maxWaiting + soonFree) return Promise.reject(this.refusals.queueFull());
    const lease = this.queue.wait({
      timeoutMs: options.acquireTimeoutMs ?? this.options.acquireTimeoutMs,
      signal: options.signal,
      makeTimeoutError: (waitedMs) => this.refusals.timeout(waitedMs, this.connections.connectError),
      onAborted: () => this.refusals.aborted(),
    });
    this.serveWaiting();
    return lease;
  }

  /** Lends idle connections to waiting callers, and opens more where these are not enough. */
  private serveWaiting(): void {
    if (this.draining) return;
    const nowMs = this.clock.monotonic();
    while (this.queue.size > this.validating && this.connections.idleCount > 0) {
      const slot = this.connections.takeIdle();
      if (this.connections.isStale(slot, nowMs)) this.validate(slot, nowMs);
      else this.lendToNext(slot, nowMs);
    }
    this.connections.openFor(this.queue.size - this.validating);
  }

  private validate(slot: LeaseSlot<R>, nowMs: number): void {
    const { validationTimeoutMs, endpoint } = this.options;
    slot.enter('validating', nowMs);
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
        this.connections.close(slot, 'invalid', error);
      },
    );
  }

  /** A connection is free: it is closed if it must be, else lent to the caller that has waited longest, else idle. */
  private offer(slot: LeaseSlot<R>, nowMs: number): void {
    if (slot.state === 'closed') return;
    const reason = this.connections.reasonToClose(slot, nowMs);
    if (reason !== undefined) this.connections.close(slot, reason);
    else if (this.queue.size > 0) this.lendToNext(slot, nowMs);
    else this.connections.putIdle(slot, nowMs);
  }

  private offerProbed(slot: LeaseSlot<R>): void {
    const reason = this.connections.reasonToClose(slot, this.clock.monotonic());
    if (reason !== undefined) this.connections.close(slot, reason);
    else if (this.queue.size > 0) this.lendToNext(slot, this.clock.monotonic());
    else this.connections.putIdle(slot, slot.sinceMs);
  }

  private lendToNext(slot: LeaseSlot<R>, nowMs: number): void {
    this.lend(slot, nowMs);
    this.timings.wait.record(this.queue.serve(slot) ?? 0);
  }

  private lend(slot: LeaseSlot<R>, nowMs: number): LeaseSlot<R> {
    slot.enter('busy', nowMs);
    this.counters.acquired++;
    return slot;
  }

  private onBreakerChange(state: BreakerState): void {
    if (state === 'open') {
      this.connections.suspectIdle();
      this.queue.rejectAll(() => this.refusals.breakerOpen(this.options.endpoint, this.breaker));
    } else if (state === 'closed') {
      this.connections.resumeOpening();
      this.serveWaiting();
    }
  }
}
