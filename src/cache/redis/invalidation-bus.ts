import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { doneWithin, withDeadline } from '../../common/deadline';
import { beginningOf, type BusMessage, readBusMessage, writeBusMessage } from './bus-message';

const HEARTBEAT_MS = 1_000;

export type BusState = 'connecting' | 'up' | 'lost';

export interface BusHooks {
  readonly onMessage: (message: BusMessage) => void;
  /** From now on messages may be missed, for this reason. Not called twice in a row. */
  readonly onLost: (reason: unknown) => void;
  /** The subscription is confirmed; messages sent before may have been missed. */
  readonly onUp: () => void;
  /** Called with the outcome of every heartbeat that the server answered: with its refusal, or undefined. */
  readonly onAnswer: (refusal: unknown) => void;
}

/**
 * The channel on which processes publish what they invalidated. Subscribing again every second is its heartbeat: because
 * the server answers, it finds a connection that died silently, and it renews a subscription that the server has dropped.
 */
export class InvalidationBus {
  state: BusState = 'connecting';
  received = 0;
  losses = 0;
  /** Texts on the channel that are no message of ours. */
  garbage = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly ownBeginning: string;
  private awaited: { readonly text: string; readonly resolve: () => void } | undefined;

  constructor(
    private readonly subscriber: Redis | Cluster,
    private readonly channel: string,
    private readonly origin: string,
    private readonly timeoutMs: number,
    private readonly hooks: BusHooks,
  ) {
    this.ownBeginning = beginningOf(origin);
  }

  start(): void {
    this.subscriber.on('message', this.onMessage);
    this.subscriber.on('ready', this.check);
    for (const event of DISCONNECTED) this.subscriber.on(event, this.onDisconnected);
    this.check();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    this.subscriber.off('message', this.onMessage);
    this.subscriber.off('ready', this.check);
    for (const event of DISCONNECTED) this.subscriber.off(event, this.onDisconnected);
    const gone = this.state === 'up' ? this.subscriber.unsubscribe(this.channel) : undefined;
    if (gone !== undefined)
      await withDeadline(
        () => gone,
        this.timeoutMs,
        () => new Error('no answer'),
      ).catch(() => undefined);
  }

  private readonly check = (): void => {
    clearTimeout(this.timer);
    void this.subscribe();
  };

  private readonly onDisconnected = (): void => this.lost(new Error('the connection was closed'));

  private readonly onMessage = (channel: string, text: string): void => {
    if (channel !== this.channel) return;
    if (text === '') return; // the check of another process, whether it may publish
    if (text.startsWith(this.ownBeginning)) return this.onEcho(text);
    const message = readBusMessage(text);
    if (message === undefined) this.garbage++;
    else {
      this.received++;
      this.hooks.onMessage(message);
    }
  };

  /** What this process published itself is not even parsed: a burst of it comes back. */
  private onEcho(text: string): void {
    if (text === this.awaited?.text) this.awaited.resolve();
  }

  /**
   * Whether a message that `publish` sends to the channel comes back while the subscription stands. The server passes
   * messages on in order, so that all before it have been received then.
   */
  async hears(publish: (channel: string, text: string) => Promise<unknown>): Promise<boolean> {
    if (this.state !== 'up') return false;
    const text = writeBusMessage({ origin: this.origin, namespace: '', kind: 'wake', names: [randomUUID()] });
    const { promise, resolve } = Promise.withResolvers<void>();
    const awaited = { text, resolve };
    this.awaited = awaited;
    try {
      await publish(this.channel, text);
      return (await doneWithin(promise, this.timeoutMs)) && this.state === 'up';
    } catch {
      return false; // it may not publish
    } finally {
      if (this.awaited === awaited) this.awaited = undefined;
    }
  }

  private async subscribe(): Promise<void> {
    try {
      const answer = this.subscriber.subscribe(this.channel);
      await withDeadline(
        () => answer,
        this.timeoutMs,
        () => new Error('the subscription was not confirmed in time'),
      );
      this.hooks.onAnswer(undefined);
      if (this.state !== 'up' && !this.closed) {
        this.state = 'up';
        this.hooks.onUp();
      }
    } catch (error) {
      if (!this.closed) this.hooks.onAnswer(error);
      this.lost(error);
    }
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.check, HEARTBEAT_MS).unref();
  }

  private lost(reason: unknown): void {
    if (this.state === 'lost' || this.closed) return;
    if (this.state === 'up') this.losses++; // a subscription that never stood, as in a slow start, is no loss
    this.state = 'lost';
    this.hooks.onLost(reason);
  }
}

const DISCONNECTED = ['close', 'end', 'reconnecting', '-node'] as const;
