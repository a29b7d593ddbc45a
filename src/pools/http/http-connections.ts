import type { Clock } from '../../common/clock';
import { LatencyHistogram } from '../../common/latency-histogram';
import type { AcquireOptions } from '../lease-pool.options';
import { DrainWait } from '../drain-wait';
import type { PoolLimits, PoolTimings } from '../pool';
import { type CloseReason, PoolCounters } from '../pool-counters';
import { checkLimits } from '../pool-limits';
import { PoolRefusals, type RefusingPool } from '../pool-refusals';
import { poolAcquires, PoolOperation, traceOperation } from '../pool-tracing';
import { PoolClosedError, PoolLimitsError, type PoolOccupancy } from '../pools.errors';
import type { HttpConnection, OriginAccess, OriginConnections } from './http-connection';
import { HttpConnector, type HttpConnectorOptions } from './http-connector';
import { HttpOrigins } from './http-origins';

export interface HttpConnectionsOptions extends HttpConnectorOptions, RefusingPool {
  readonly max: number;
  readonly maxPerOrigin: number;
  readonly acquireTimeoutMs: number;
}

/**
 * Lends connections to any number of origins within a limit for all and a limit for each. Callers are served in the
 * order they came, except those whose origin is at its own limit. At the limit for all, the connection that has been
 * idle for longest is closed so that another origin can have one.
 */
export class HttpConnections {
  readonly counters = new PoolCounters();
  readonly timings: PoolTimings = {
    wait: new LatencyHistogram(),
    use: new LatencyHistogram(),
    connect: new LatencyHistogram(),
  };
  readonly refusals: PoolRefusals;
  private readonly connector: HttpConnector;
  private readonly origins: HttpOrigins;
  private readonly lent = new Set<HttpConnection>();
  /** Those that a probe is using, with whether it has opened them. */
  private readonly probed = new Map<HttpConnection, 'idle' | 'opened'>();
  private limit: { readonly max: number; readonly maxPerOrigin: number };
  private open = 0;
  private closed = false;
  private draining: Promise<void> | undefined;
  private readonly drainWait = new DrainWait();

  constructor(
    private readonly options: HttpConnectionsOptions,
    private readonly clock: Clock,
  ) {
    this.limit = { max: options.max, maxPerOrigin: options.maxPerOrigin };
    this.refusals = new PoolRefusals(options, this.counters, () => this.occupancy());
    this.origins = new HttpOrigins(clock);
    this.connector = new HttpConnector(options, this.counters, this.timings.connect, clock);
  }

  get isClosed(): boolean {
    return this.closed;
  }
  get acquireTimeoutMs(): number {
    return this.options.acquireTimeoutMs;
  }
  get max(): number {
    return this.limit.max;
  }
  get inUse(): number {
    return this.lent.size;
  }
  get idle(): number {
    return this.open - this.lent.size;
  }
  get connecting(): number {
    return this.connector.connecting;
  }
  get waiting(): number {
    return this.origins.waiting;
  }

  at(origin: string, access: OriginAccess): OriginConnections {
    return this.origins.at(origin, access);
  }

  /** A connection if one can be had without waiting, else undefined. */
  take(origin: OriginConnections): HttpConnection | undefined {
    if (this.closed || origin.queue.size > 0) return undefined;
    const connection = this.takeOrOpen(origin);
    if (connection !== undefined) this.timings.wait.record(0);
    return connection;
  }

  /**
   * A connection, at the latest after `acquireTimeoutMs`; to be given back with `release`.
   * @throws PoolAcquireTimeoutError, PoolQueueFullError, PoolClosedError, the signal's reason
   */
  acquire(
    origin: OriginConnections,
    { acquireTimeoutMs = this.acquireTimeoutMs, signal }: AcquireOptions,
  ): Promise<HttpConnection> {
    if (this.closed) return this.turnAway(origin, this.refusals.closed());
    if (this.waiting >= this.options.maxWaiting) return this.turnAway(origin, this.refusals.queueFull());
    if (!poolAcquires.hasSubscribers) return this.wait(origin, acquireTimeoutMs, signal);
    const operation = new PoolOperation(this.options.name, 'acquire', undefined);
    return traceOperation(poolAcquires, operation, () => this.wait(origin, acquireTimeoutMs, signal));
  }

  private wait(
    origin: OriginConnections,
    acquireTimeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<HttpConnection> {
    return origin.queue.wait({
      timeoutMs: acquireTimeoutMs,
      signal,
      makeTimeoutError: (waitedMs) => {
        this.origins.forgetIfUnused(origin);
        return this.refusals.timeout(waitedMs);
      },
      onAborted: () => {
        this.origins.forgetIfUnused(origin);
        this.refusals.aborted();
      },
    });
  }

  /** Gives a connection back; one that is `broken` (a request on it was cut off) is closed. */
  release(connection: HttpConnection, broken: boolean): void {
    const nowMs = this.clock.monotonic();
    this.timings.use.record(nowMs - connection.sinceMs);
    this.counters.released++;
    this.lent.delete(connection);
    connection.sinceMs = nowMs;
    const reason = broken ? 'released_with_error' : this.reasonToClose(connection, nowMs);
    if (reason !== undefined || connection.client.destroyed) this.close(connection, reason ?? 'lost');
    else connection.origin.idle.push(connection);
    this.serveWaiters();
    if (this.lent.size === 0) this.drainWait.allReturned();
  }

  /** The connection that has been idle for longest, for a probe; it counts as idle. To be given back with `returnProbed`. */
  takeForProbe(origin: OriginConnections): HttpConnection | undefined {
    const connection = this.closed ? undefined : origin.idle.shift();
    if (connection !== undefined) this.probed.set(connection, 'idle');
    return connection;
  }

  /**
   * A new connection for a probe, where the limits leave room for it; to be given back with `returnProbed`. A caller that
   * needs the room takes it away again: `closing` says so.
   */
  openForProbe(origin: OriginConnections): HttpConnection | undefined {
    const isFull = this.open >= this.limit.max || origin.open >= this.limit.maxPerOrigin;
    if (this.closed || isFull) return undefined;
    const connection = this.openOne(origin)!;
    connection.sinceMs = this.clock.monotonic();
    this.probed.set(connection, 'opened');
    return connection;
  }

  /** One on which the probe has failed is closed, and one that nobody else has used for too long. */
  returnProbed(connection: HttpConnection, failed: boolean): void {
    if (!this.probed.delete(connection)) return;
    const nowMs = this.clock.monotonic();
    const isIdle = nowMs - connection.sinceMs >= this.options.idleTimeoutMs;
    const reason = failed ? 'lost' : (this.reasonToClose(connection, nowMs) ?? (isIdle ? 'idle' : undefined));
    if (reason !== undefined || connection.client.destroyed) this.close(connection, reason ?? 'lost');
    else connection.origin.idle.unshift(connection);
    this.serveWaiters();
  }

  /** @throws PoolLimitsError */
  resize({ min = 0, max = this.limit.max }: Partial<PoolLimits>): void {
    const { name, maxPerOrigin } = this.options;
    checkLimits(name, { min, max });
    if (min !== 0) throw new PoolLimitsError(name, { min, max }, 'connections are opened when needed, min is 0');
    // Where each origin was allowed as many as all together, it stays so.
    this.limit = { max, maxPerOrigin: maxPerOrigin === this.options.max ? max : Math.min(maxPerOrigin, max) };
    while (this.open > max && this.closeIdle('resized'));
    this.serveWaiters();
  }

  drain(timeoutMs: number): Promise<void> {
    this.draining ??= this.drainOnce(timeoutMs);
    return this.draining;
  }

  private async drainOnce(timeoutMs: number): Promise<void> {
    this.closed = true;
    this.origins.rejectWaiting(() => this.refusals.closed());
    while (this.closeIdle('drained'));
    for (const connection of this.probed.keys()) connection.destroy(new PoolClosedError(this.options.name));
    if (this.lent.size === 0) return;
    await this.drainWait.wait(timeoutMs);
    for (const connection of this.lent) connection.destroy(new PoolClosedError(this.options.name));
  }

  occupancy(): PoolOccupancy {
    const { max } = this.limit;
    return {
      inUse: this.lent.size,
      idle: this.idle,
      connecting: this.connector.connecting,
      waiting: this.waiting,
      max,
      longestUseMs: this.longestUseMs(),
    };
  }

  private longestUseMs(): number {
    const nowMs = this.clock.monotonic();
    let longest = 0;
    for (const { sinceMs } of this.lent) longest = Math.max(longest, nowMs - sinceMs);
    return longest;
  }

  private takeOrOpen(origin: OriginConnections): HttpConnection | undefined {
    const connection = origin.idle.pop() ?? this.openOne(origin);
    if (connection === undefined) return undefined;
    connection.sinceMs = this.clock.monotonic();
    this.lent.add(connection);
    this.counters.acquired++;
    return connection;
  }

  private openOne(origin: OriginConnections): HttpConnection | undefined {
    if (origin.open >= this.limit.maxPerOrigin && !this.endProbe(origin)) return undefined;
    if (this.open >= this.limit.max && !this.closeIdle('evicted') && !this.endProbe()) return undefined;
    const connection: HttpConnection = this.connector.open(origin, (reason) => this.lost(connection, reason));
    origin.open++;
    this.open++;
    return connection;
  }

  /** An idle connection is closed now; for a connection in use the end of its request does it. */
  private lost(connection: HttpConnection, reason: CloseReason): void {
    const at = connection.origin.idle.indexOf(connection);
    if (at < 0) return;
    connection.origin.idle.splice(at, 1);
    this.close(connection, reason);
  }

  private close(connection: HttpConnection, reason: CloseReason): void {
    connection.closing ??= reason;
    connection.origin.open--;
    this.open--;
    connection.destroy(null);
    this.origins.forgetIfUnused(connection.origin);
  }

  private reasonToClose(connection: HttpConnection, nowMs: number): CloseReason | undefined {
    if (this.closed) return 'drained';
    if (this.open > this.limit.max || connection.origin.open > this.limit.maxPerOrigin) return 'resized';
    return connection.retireAtMs <= nowMs ? 'lifetime' : undefined;
  }

  /** Closes the connection that has been idle for longest. */
  private closeIdle(reason: CloseReason): boolean {
    const oldest = this.origins.takeLongestIdle();
    if (oldest === undefined) return false;
    this.close(oldest, reason);
    return true;
  }

  /** Closes a connection that a probe has opened, to this origin or any. */
  private endProbe(origin?: OriginConnections): boolean {
    for (const [connection, from] of this.probed) {
      if (from !== 'opened' || (origin !== undefined && connection.origin !== origin)) continue;
      this.probed.delete(connection);
      this.close(connection, 'evicted');
      return true;
    }
    return false;
  }

  private serveWaiters(): void {
    while (!this.closed) {
      const origin = this.origins.longestWaiting(this.mayServe);
      const connection = origin && this.takeOrOpen(origin);
      if (connection === undefined) return;
      this.timings.wait.record(connection.origin.queue.serve(connection) ?? 0);
    }
  }

  private readonly mayServe = (origin: OriginConnections): boolean => {
    if (origin.idle.length > 0) return true;
    return origin.open < this.limit.maxPerOrigin && (this.open < this.limit.max || this.idle > 0);
  };

  private turnAway(origin: OriginConnections, error: Error): Promise<never> {
    this.origins.forgetIfUnused(origin);
    return Promise.reject(error);
  }
}
