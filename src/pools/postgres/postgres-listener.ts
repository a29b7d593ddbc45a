import { Logger } from '@nestjs/common';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../common/clock';
import { delay } from '../../common/deadline';
import { Backoff } from '../backoff';
import type { PoolHealth } from '../pool';
import type { PoolCounters } from '../pool-counters';
import { messageOf, PoolClosedError } from '../pools.errors';
import { pgPackage } from './pg-package';
import type { ListenGap, ListenOptions, OnMessage, PostgresSubscription } from './listen.options';
import type { PostgresLease } from './postgres-lease';
import { PostgresUsageError } from './postgres.errors';

/** Longer names PostgreSQL would cut in LISTEN, and refuse in NOTIFY. */
const MAX_CHANNEL_BYTES = 63;
const RECONNECT = { minMs: 50, maxMs: 5_000, share: 0.2 };
/** LISTEN is not possible on a standby, so this is true only of a server that was a primary when it began. */
const HEARTBEAT = 'SELECT pg_is_in_recovery() AS standby';
const HEARTBEAT_TIMEOUT_MS = 5_000;

interface Subscriber {
  readonly onMessage: OnMessage;
  readonly onGap: ListenOptions['onGap'];
  /** Runs a handler in the context of the call of `listen()`. */
  readonly run: <T>(work: () => T) => T;
  /** It has been promised to get everything. */
  live: boolean;
}

export interface ListenerOptions {
  readonly pool: string;
  /** How often the connection is asked whether its server is still there and a primary (ms). */
  readonly heartbeatMs: number;
  lend(): Promise<PostgresLease>;
  /** Runs what a handler does outside of every transaction. */
  outside<T>(work: () => T): T;
  readonly counters: PoolCounters;
}

interface Notification {
  readonly channel: string;
  readonly payload?: string;
  readonly processId: number;
}

/**
 * LISTEN for all subscribers, on one connection that is kept as long as there are any. When it is lost, another one takes
 * its place, and each subscriber is told, once messages come again, that it may have missed some.
 */
export class PostgresListener {
  private readonly channels = new Map<string, Set<Subscriber>>();
  /** Those for which LISTEN was answered on the current connection. */
  private readonly listening = new Set<string>();
  private lease: PostgresLease | undefined;
  private lostAtMs: number | undefined;
  private lastError: unknown;
  private heartbeat: NodeJS.Timeout | undefined;
  private reconnecting = false;
  private ended = false;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly backoff: Backoff;
  private readonly logger = new Logger('Pools');

  constructor(
    private readonly options: ListenerOptions,
    private readonly clock: Clock,
  ) {
    this.backoff = new Backoff(RECONNECT, clock);
  }

  /** The health while nobody listens who should. */
  get degraded(): PoolHealth | undefined {
    const { lostAtMs: sinceMs, lastError } = this;
    if (sinceMs === undefined) return undefined;
    const message = `It listens to nothing until it has another connection: ${messageOf(lastError)}`;
    return { state: 'degraded', sinceMs, lastError: { message, atMs: sinceMs } };
  }

  /** Resolves when LISTEN holds. @throws what `lend` throws, the server's error, PostgresUsageError */
  async listen(channel: string, onMessage: OnMessage, { onGap, signal }: ListenOptions): Promise<PostgresSubscription> {
    const bytes = typeof channel === 'string' ? Buffer.byteLength(channel) : 0;
    if (bytes === 0 || bytes > MAX_CHANNEL_BYTES) throw new PostgresUsageError('listen()', CHANNEL_NAME);
    signal?.throwIfAborted();
    const subscriber: Subscriber = { onMessage, onGap, run: AsyncLocalStorage.snapshot(), live: false };
    const close = () => this.remove(channel, subscriber);
    this.subscribersOf(channel).add(subscriber);
    try {
      await this.inTurn(() => this.begin(channel));
      signal?.throwIfAborted();
    } catch (error) {
      await close();
      throw error;
    }
    subscriber.live = true;
    const onAbort = () => void close();
    signal?.addEventListener('abort', onAbort, { once: true });
    const closeOnce = async () => {
      signal?.removeEventListener('abort', onAbort);
      await close();
    };
    return { channel, close: closeOnce, [Symbol.asyncDispose]: closeOnce };
  }

  /** Gives the connection back for good. */
  end(): void {
    this.ended = true;
    this.channels.clear();
    this.giveBack();
  }

  private subscribersOf(channel: string): Set<Subscriber> {
    const subscribers = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, subscribers);
    return subscribers;
  }

  private async begin(channel: string): Promise<void> {
    if (this.lease === undefined) return await this.connect();
    if (this.listening.has(channel)) return;
    await this.lease.query(`LISTEN ${pgPackage().escapeIdentifier(channel)}`);
    this.listening.add(channel);
  }

  private async remove(channel: string, subscriber: Subscriber): Promise<void> {
    const subscribers = this.channels.get(channel);
    if (!subscribers?.delete(subscriber) || subscribers.size > 0) return;
    this.channels.delete(channel);
    await this.inTurn(async () => {
      if (this.channels.size === 0) {
        this.lostAtMs = undefined;
        return this.giveBack();
      }
      if (this.channels.has(channel) || !this.listening.delete(channel)) return;
      // A connection that is lost listens to nothing any more.
      await this.lease?.query(`UNLISTEN ${pgPackage().escapeIdentifier(channel)}`).catch(() => undefined);
    });
  }

  /** A connection that listens to every channel. */
  private async connect(): Promise<void> {
    const lease = await this.options.lend();
    if (this.ended) {
      lease.release();
      throw new PoolClosedError(this.options.pool);
    }
    this.lease = lease;
    lease.on('notification', (notification: Notification) => this.deliver(notification));
    lease.on('end', () => this.lost(lease, new Error('The server closed the connection')));
    try {
      for (const channel of this.channels.keys()) {
        await lease.query(`LISTEN ${pgPackage().escapeIdentifier(channel)}`);
        this.listening.add(channel);
      }
    } catch (error) {
      if (this.lease === lease) this.giveBack(error);
      throw error;
    }
    this.heartbeat = setInterval(() => void this.beat(lease), this.options.heartbeatMs).unref();
    this.backoff.reset();
    this.tellOfGap();
  }

  private async beat(lease: PostgresLease): Promise<void> {
    try {
      const options = { timeoutMs: HEARTBEAT_TIMEOUT_MS };
      const { rows } = await lease.query<{ standby: boolean }>(HEARTBEAT, undefined, options);
      if (rows[0]?.standby) this.lost(lease, new Error('The server has become a standby'));
    } catch (error) {
      this.lost(lease, error);
    }
  }

  private lost(lease: PostgresLease, error: unknown): void {
    if (this.lease !== lease) return;
    const wasPromised = this.lostAtMs === undefined && this.heartbeat !== undefined;
    this.giveBack(error);
    if (wasPromised) {
      this.lostAtMs = this.clock.now();
      this.lastError = error;
      this.options.counters.listenGaps++;
      this.logger.warn(`${this.options.pool} listens to nothing until it has another connection: ${messageOf(error)}`);
    }
    void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    if (this.reconnecting) return;
    this.reconnecting = true;
    while (this.lease === undefined && this.channels.size > 0 && !this.ended) {
      await this.inTurn(async () => {
        if (this.lease === undefined && this.channels.size > 0) await this.connect();
      }).catch(() => delay(this.backoff.next()));
    }
    this.reconnecting = false;
  }

  private giveBack(error?: unknown): void {
    const { lease } = this;
    clearInterval(this.heartbeat);
    this.heartbeat = this.lease = undefined;
    this.listening.clear();
    if (lease !== undefined && !lease.released) lease.release(error);
  }

  private deliver({ channel, payload = '', processId }: Notification): void {
    for (const { onMessage, run } of this.channels.get(channel) ?? []) {
      this.call(channel, run, () => onMessage(payload, { channel, payload, processId }));
    }
  }

  private tellOfGap(): void {
    const { lostAtMs, lastError } = this;
    if (lostAtMs === undefined) return;
    this.lostAtMs = this.lastError = undefined;
    const silent: string[] = [];
    for (const [channel, subscribers] of this.channels) {
      const gap: ListenGap = { channel, lostAtMs, error: lastError };
      for (const { onGap, run, live } of subscribers) {
        if (live && onGap === undefined) silent.push(channel);
        if (live && onGap !== undefined) this.call(channel, run, () => onGap(gap));
      }
    }
    const untold = silent.length === 0 ? '' : `; nobody was told on ${silent.join(', ')}, which have no onGap`;
    this.logger.warn(`${this.options.pool} listens again; messages may have been missed${untold}`);
  }

  /** A handler that fails is told of in the log, and keeps no other from its message. */
  private call(channel: string, run: Subscriber['run'], handler: () => unknown): void {
    const failed = (error: unknown) =>
      this.logger.error(`A handler of listen('${channel}') of ${this.options.pool} failed: ${messageOf(error)}`);
    try {
      const outcome = run(() => this.options.outside(handler));
      if (outcome instanceof Promise) outcome.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** One after the other, so that LISTEN, UNLISTEN and a reconnect never cross. */
  private inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => undefined);
    return next;
  }
}

const CHANNEL_NAME = 'the name of a channel has 1 to 63 bytes';
