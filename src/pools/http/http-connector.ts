import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { Clock } from '../../common/clock';
import type { LatencyHistogram } from '../../common/latency-histogram';
import { poolConnectionChanges, type PoolConnectionChange } from '../pool-channels';
import type { CloseReason, PoolCounters } from '../pool-counters';
import type { Tls } from '../tls';
import { HttpConnection, type OriginConnections } from './http-connection';
import { connectThrough, type Opening } from './proxy-connector';
import { undiciPackage } from './undici-package';

export interface HttpConnectorOptions {
  readonly name: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
}

/** Creates connections, and counts and times the opening and closing of their sockets. */
export class HttpConnector {
  private plainConnect: buildConnector.connector | undefined;
  private connectingNow = 0;

  constructor(
    private readonly options: HttpConnectorOptions,
    private readonly counters: PoolCounters,
    private readonly connectTimes: LatencyHistogram,
    private readonly clock: Clock,
  ) {}

  get connecting(): number {
    return this.connectingNow;
  }

  /** A connection that opens its socket with the first request; `lost` is called when its socket has closed. */
  open(origin: OriginConnections, lost: (reason: CloseReason) => void): HttpConnection {
    const { idleTimeoutMs, maxLifetimeMs } = this.options;
    const connection: HttpConnection = new HttpConnection(origin, {
      idleTimeoutMs,
      connect: (target, done) => this.connectTimed(connection, target, done),
    });
    connection.retireAtMs = this.clock.monotonic() + maxLifetimeMs * (1 - Math.random() * 0.2);
    connection.client.on('disconnect', (_origin, _targets, error) => lost(this.disconnected(connection, error)));
    return connection;
  }

  private connectTimed(
    connection: HttpConnection,
    target: buildConnector.Options,
    done: buildConnector.Callback,
  ): void {
    const beganMs = this.clock.monotonic();
    this.connectingNow++;
    const { tls, proxy } = connection.origin.access;
    const timeoutMs = this.options.connectTimeoutMs;
    const connect = tls === undefined ? this.plain() : connectorWith(tls, timeoutMs);
    const connected = (error: Error | null, socket: Socket | null): void => {
      this.connectingNow--;
      connection.opening = undefined;
      if (error) this.counters.errors++;
      else {
        connection.requests = 0;
        this.counters.created++;
        this.connectTimes.record(this.clock.monotonic() - beganMs);
        this.publish(undefined, undefined);
      }
      (done as (error: Error | null, socket: Socket | null) => void)(error, socket);
    };
    // By its type it returns nothing, but it does return the socket.
    connection.opening =
      proxy === undefined
        ? (connect(target, connected as buildConnector.Callback) as unknown as Opening)
        : connectThrough(proxy, target, { plain: this.plain(), secure: connect, timeoutMs }, connected);
  }

  private plain(): buildConnector.connector {
    const { connectTimeoutMs: timeout } = this.options;
    return (this.plainConnect ??= undiciPackage().buildConnector({ timeout, allowH2: false }));
  }

  /** A socket was closed: by this pool, because it was idle for too long, or by the server. */
  private disconnected(connection: HttpConnection, error: Error & { code?: string }): CloseReason {
    const reason = connection.closing ?? (error.code === 'UND_ERR_INFO' ? 'idle' : 'lost');
    this.counters.closed[reason]++;
    if (reason === 'lost') this.counters.errors++;
    this.publish(reason, error);
    return reason;
  }

  private publish(reason: CloseReason | undefined, error: unknown): void {
    const change: PoolConnectionChange = { pool: this.options.name, reason, error };
    if (poolConnectionChanges.hasSubscribers) poolConnectionChanges.publish(change);
  }
}

/** With certificates of its own: made for one connection, since they may have been renewed for the next. */
export function connectorWith(tls: Tls, timeoutMs: number): buildConnector.connector {
  const { servername, ...options } = tls.options();
  const connect = undiciPackage().buildConnector({ timeout: timeoutMs, allowH2: false, ...(options as object) });
  return (target, done) => connect(servername === undefined ? target : { ...target, servername }, done);
}
