import type { buildConnector, Client, Dispatcher } from 'undici';
import type { Clock } from '../../common/clock';
import type { CloseReason } from '../pool-counters';
import type { Tls } from '../tls';
import type { HttpProxy } from './http-proxy';
import type { Opening } from './proxy-connector';
import { WaitQueue } from '../wait-queue';
import { undiciPackage } from './undici-package';

export interface HttpConnectionOptions {
  readonly connect: buildConnector.connector;
  readonly idleTimeoutMs: number;
}

/** One connection to one origin, with one request on it at a time. */
export class HttpConnection {
  readonly client: Client;
  /** Monotonic time (ms) at which it is to be replaced. */
  retireAtMs = Number.POSITIVE_INFINITY;
  /** Monotonic time (ms) at which it was lent or given back. */
  sinceMs = 0;
  requests = 0;
  /** What is being connected. */
  opening: Opening | undefined;
  /** Why this pool is closing it, when it is. */
  closing: CloseReason | undefined;

  constructor(
    readonly origin: OriginConnections,
    { connect, idleTimeoutMs }: HttpConnectionOptions,
  ) {
    // The deadline of the whole request replaces undici's timeouts, which are only exact to half a second.
    const { Client: UndiciClient } = undiciPackage();
    this.client = new UndiciClient(origin.url, {
      connect,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleTimeoutMs,
      keepAliveMaxTimeout: idleTimeoutMs,
    });
  }

  send(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.client.dispatch(this.asSent(request), handler);
  }

  /** Asks something for the pool itself, and resolves with the status of the answer. */
  async ask(request: Dispatcher.RequestOptions, signal: AbortSignal): Promise<number> {
    const { statusCode, body } = await this.client.request({ ...(this.asSent(request) as typeof request), signal });
    await body.dump();
    return statusCode;
  }

  private asSent(request: Dispatcher.DispatchOptions): Dispatcher.DispatchOptions {
    const { url, access } = this.origin;
    const isForwarded = access.proxy !== undefined && url.startsWith('http:');
    return isForwarded ? access.proxy.forwarded(url, request) : request;
  }

  /** Closes it now; a request under way fails with `error`. */
  destroy(error: Error | null): void {
    this.client.destroy(error, () => undefined);
    // undici does not know the socket before it is connected, and would leave it open until the connect timeout.
    this.opening?.destroy(error ?? new Error('not needed any more'));
  }
}

/** How an origin is reached. Its connections serve nobody who reaches it otherwise. */
export interface OriginAccess {
  readonly tls: Tls | undefined;
  readonly proxy: HttpProxy | undefined;
}

/** The connections to one origin and the callers waiting for one. */
export class OriginConnections {
  /** Lent from the end, so that the ones at the front grow idle when there is little to do. */
  readonly idle: HttpConnection[] = [];
  readonly queue: WaitQueue<HttpConnection>;
  open = 0;

  constructor(
    readonly url: string,
    readonly access: OriginAccess,
    clock: Clock,
  ) {
    this.queue = new WaitQueue(clock);
  }

  get isUnused(): boolean {
    return this.open === 0 && this.queue.size === 0;
  }
}
