import type { Clock } from '../../common/clock';
import { LatencyHistogram } from '../../common/latency-histogram';
import type { AcquireOptions } from '../lease-pool.options';
import type { PoolLimits, PoolTimings } from '../pool';
import { poolRefusals, type PoolRefusal } from '../pool.channels';
import { type CloseReason, PoolCounters } from '../pool.counters';
import type { PoolSettings } from '../pool.settings';
import {
  PoolAcquireTimeoutError,
  PoolClosedError,
  PoolLimitsError,
  type PoolOccupancy,
  PoolQueueFullError,
} from '../pools.errors';
import { type HttpConnection, OriginConnections } from './http.connection';
import { HttpConnector, type HttpConnectorOptions } from './http.connector';

export interface HttpConnectionsOptions extends HttpConnectorOptions {
  readonly max: number;
  readonly maxPerOrigin: number;
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
  readonly settings: PoolSettings;
}

/**
 * Lends connections to any number of origins within one limit for all and one for each. Callers are served in the order
 * they came, except those whose origin is at its own limit; an idle connection to one origin makes room for another.
 */
export class HttpConnections {
  readonly counters = new PoolCounters();
  readonly timings: PoolTimings = {
    wait: new LatencyHistogram(),
    use: new LatencyHistogram(),
    connect: new LatencyHistogram(),
  };
  private readonly connector: HttpConnector;
  /** Those with a connection or a waiting caller; one that has neither any more is forgotten. */
  private readonly origins = new Map<string, OriginConnections>();
  private readonly lent = new Set<HttpConnection>();
  private open = 0;
  private closed = false;
  private draining: Promise<void> | undefined;
  private onQuiet: (() => void) | undefined;

  constructor(
    private readonly options: HttpConnectionsOptions,
    private readonly clock: Clock,
    private limit = { max: options.max, maxPerOrigin: options.maxPerOrigin },
  ) {
    this.connector = new HttpConnector(options, this.counters, this.timings.connect, clock);
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
    let waiting = 0;
    for (const { queue } of this.origins.values()) waiting += queue.size;
    return waiting;
  }

  at(origin: string): OriginConnections {
    let connections = this.origins.get(origin);
    if (connections === undefined) {
      connections = new OriginConnections(origin, this.clock);
      this.origins.set(origin, connections);
    }
    return connections;
  }

  /** A connection if one can be had without waiting, else undefined. */
  take(home: OriginConnections): HttpConnection | undefined {
    if (this.closed || home.queue.size > 0) return undefined;
    const connection = this.takeOrOpen(home);
    if (connection !== undefined) this.timings.wait.record(0);
    return connection;
  }

  /**
   * A connection, at the latest after `acquireTimeoutMs`; to be given back with `release`.
   * @throws PoolAcquireTimeoutError, PoolQueueFullError, PoolClosedError, the signal's reason
   */
  acquire(
    home: OriginConnections,
    { acquireTimeoutMs = this.acquireTimeoutMs, signal }: AcquireOptions,
  ): Promise<HttpConnection> {
    const { pool, maxWaiting, settings } = this.options;
    if (this.closed) return this.refuse(home, 'closed', new PoolClosedError(pool));
    if (this.waiting >= maxWaiting) {
      return this.refuse(home, 'queue_full', new PoolQueueFullError(pool, maxWaiting, this.occupancy(), settings));
    }
    return home.queue.wait({
      timeoutMs: acquireTimeoutMs,
      signal,
      expired: (waitedMs) => {
        this.forgetUnused(home);
        return this.refusal('timeout', new PoolAcquireTimeoutError(pool, waitedMs, this.occupancy(), settings));
      },
      aborted: () => {
        this.forgetUnused(home);
        this.refusal('aborted', undefined);
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
    else connection.home.idle.push(connection);
    this.serveWaiters();
    if (this.lent.size === 0) this.onQuiet?.();
  }

  /** @throws PoolLimitsError */
  resize({ min = 0, max = this.limit.max }: Partial<PoolLimits>): void {
    const { pool, maxPerOrigin } = this.options;
    if (!Number.isSafeInteger(max) || max < 1) throw new PoolLimitsError(pool, { min, max }, 'max starts at 1');
    if (min !== 0) throw new PoolLimitsError(pool, { min, max }, 'connections are opened when needed, min is 0');
    // Where each origin was allowed as many as all together, it stays so.
    this.limit = { max, maxPerOrigin: maxPerOrigin === this.options.max ? max : Math.min(maxPerOrigin, max) };
    while (this.open > max && this.closeIdle('resized'));
    this.serveWaiters();
  }

  drain(deadlineMs: number): Promise<void> {
    this.draining ??= this.drainOnce(deadlineMs);
    return this.draining;
  }

  private async drainOnce(deadlineMs: number): Promise<void> {
    this.closed = true;
    for (const { queue } of this.origins.values()) {
      queue.rejectAll(() => this.refusal('closed', new PoolClosedError(this.options.pool)));
    }
    while (this.closeIdle('drained'));
    if (this.lent.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      this.onQuiet = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    for (const connection of this.lent) connection.destroy(new PoolClosedError(this.options.pool));
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

  private takeOrOpen(home: OriginConnections): HttpConnection | undefined {
    const connection = home.idle.pop() ?? this.openOne(home);
    if (connection === undefined) return undefined;
    connection.sinceMs = this.clock.monotonic();
    this.lent.add(connection);
    this.counters.acquired++;
    return connection;
  }

  private openOne(home: OriginConnections): HttpConnection | undefined {
    if (home.open >= this.limit.maxPerOrigin) return undefined;
    if (this.open >= this.limit.max && !this.closeIdle('evicted')) return undefined;
    const connection: HttpConnection = this.connector.open(home, (reason) => this.lost(connection, reason));
    home.open++;
    this.open++;
    return connection;
  }

  /** What is in use ends through its request; what was idle just goes. */
  private lost(connection: HttpConnection, reason: CloseReason): void {
    const at = connection.home.idle.indexOf(connection);
    if (at < 0) return;
    connection.home.idle.splice(at, 1);
    this.close(connection, reason);
  }

  private close(connection: HttpConnection, reason: CloseReason): void {
    connection.closing ??= reason;
    connection.home.open--;
    this.open--;
    connection.destroy(null);
    this.forgetUnused(connection.home);
  }

  private forgetUnused(home: OriginConnections): void {
    if (home.isUnused && this.origins.get(home.origin) === home) this.origins.delete(home.origin);
  }

  private reasonToClose(connection: HttpConnection, nowMs: number): CloseReason | undefined {
    if (this.closed) return 'drained';
    if (this.open > this.limit.max || connection.home.open > this.limit.maxPerOrigin) return 'resized';
    return connection.retireAtMs <= nowMs ? 'lifetime' : undefined;
  }

  /** Closes the connection that has been idle for longest. */
  private closeIdle(reason: CloseReason): boolean {
    let oldest: HttpConnection | undefined;
    for (const { idle } of this.origins.values()) {
      const first = idle[0];
      if (first !== undefined && (oldest === undefined || first.sinceMs < oldest.sinceMs)) oldest = first;
    }
    if (oldest === undefined) return false;
    oldest.home.idle.shift();
    this.close(oldest, reason);
    return true;
  }

  private serveWaiters(): void {
    for (let home = this.nextToServe(); home !== undefined; home = this.nextToServe()) {
      const connection = this.takeOrOpen(home);
      if (connection === undefined) return;
      this.timings.wait.record(home.queue.serve(connection) ?? 0);
    }
  }

  /** Of the origins that can have a connection now, the one whose first caller has waited longest. */
  private nextToServe(): OriginConnections | undefined {
    if (this.closed) return undefined;
    let next: OriginConnections | undefined;
    for (const home of this.origins.values()) {
      if (home.queue.size === 0) continue;
      const full = home.idle.length === 0 && (home.open >= this.limit.maxPerOrigin || !this.hasRoom());
      if (!full && (next === undefined || home.queue.longestWaitMs > next.queue.longestWaitMs)) next = home;
    }
    return next;
  }

  private hasRoom(): boolean {
    return this.open < this.limit.max || this.idle > 0;
  }

  private refuse(home: OriginConnections, reason: PoolRefusal['reason'], error: Error): Promise<never> {
    this.forgetUnused(home);
    return Promise.reject(this.refusal(reason, error));
  }

  private refusal<E>(reason: PoolRefusal['reason'], error: E): E {
    if (reason === 'timeout') this.counters.timeouts++;
    else if (reason === 'aborted') this.counters.aborted++;
    else this.counters.rejected[reason]++;
    const refusal: PoolRefusal = { pool: this.options.pool, reason };
    if (poolRefusals.hasSubscribers) poolRefusals.publish(refusal);
    return error;
  }
}
