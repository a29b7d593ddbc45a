import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock } from '../../common/clock';
import { LatencyHistogram } from '../../common/latency-histogram';
import type { ResolvedCacheOptions } from '../options/cache.options';
import type { EventPublisher } from '../cache-events';
import type { CacheTime } from '../cache-time';
import { BusSubscription } from './bus-subscription';
import type { BusMessage } from './bus-message';
import { EntryCodec } from './entry-codec';
import { InvalidationBus } from './invalidation-bus';
import { LoadLocks } from './load-locks';
import { LossLog } from './loss-log';
import { NamespaceList } from './namespace-list';
import { isRefusal, RedisLink, saysServerIsUnfit, type Send } from './redis-link';
import { ALL_NAMESPACES, givenUp, type MissedChange, RecoveryJournal } from './recovery-journal';
import type { RedisContext } from './redis-context';
import { RedisKeys } from './redis-keys';
import { RedisNamespace } from './redis-namespace';
import type { RedisPort } from '../tiers/redis-port';
import type { SharedChange } from '../tiers/shared-tier';
import { ServerCheck } from './server-check';
import { ServerTime } from './server-time';
import { SMALL, timeoutOf } from './step-size';

const CLUSTER_SHARDS = 16;
/** How often this process checks what it cannot notice otherwise: older data in Redis, a lost list of namespaces, its clock. */
const RESYNCHRONIZE_MS = 15_000;

export interface RedisTierHooks {
  /** Called with each invalidation of another process. */
  readonly onMessage: (message: BusMessage) => void;
  /** Invalidations may have been missed: nothing in memory may be served before Redis has confirmed it. */
  readonly onMessagesLost: () => void;
  readonly warn: (message: string) => void;
  readonly events: EventPublisher;
}

/** The tier that all processes share: connection state, bus, locks and the journal of changes that Redis has missed. */
export class RedisTier implements RedisContext {
  readonly origin = randomUUID();
  readonly keys: RedisKeys;
  readonly codec: EntryCodec;
  readonly journal = new RecoveryJournal();
  readonly latency = new LatencyHistogram();
  readonly link: RedisLink;
  readonly subscription: BusSubscription;
  readonly bus: InvalidationBus;
  readonly locks: LoadLocks;
  readonly serverTime: ServerTime;
  readonly shards: number;
  readonly namespaceList: NamespaceList;
  readonly serverCheck: ServerCheck;
  /** Resolves when the bus is subscribed for the first time. */
  readonly subscribed: Promise<void>;
  private markSubscribed: () => void = () => undefined;
  private readonly namespaces = new Map<string, RedisNamespace>();
  private timer: NodeJS.Timeout | undefined;
  private readonly losses: LossLog;
  /** At the last recovery: the bus stood all the time that Redis was away, and Redis is as it was. */
  private missedNothing = false;
  /** Sends one step through the breaker, with the whole timeout. */
  private readonly send: Send = (step, size = SMALL) => this.link.request(step, timeoutOf(this.timeoutMs, size), size);

  constructor(
    readonly port: RedisPort,
    readonly options: ResolvedCacheOptions,
    readonly time: CacheTime,
    clock: Clock,
    private readonly hooks: RedisTierHooks,
  ) {
    this.subscribed = new Promise((resolve) => (this.markSubscribed = resolve));
    const { client } = port;
    // A Redis Cluster has database 0 only.
    this.keys = new RedisKeys(options.prefix, client.isCluster ? 0 : (client as Redis).options.db);
    this.serverTime = new ServerTime(time);
    this.codec = new EntryCodec(options, this.serverTime);
    this.serverCheck = new ServerCheck(client, this.keys, {
      send: (step) => this.link.requestPastBreaker(step, this.timeoutMs),
      onUnusable: (reason) => this.link.suspend(reason),
    });
    this.namespaceList = new NamespaceList(port, this.keys.namespaces, this.send);
    this.shards = options.shards ?? (port.client.isCluster ? CLUSTER_SHARDS : 1);
    this.subscription = new BusSubscription(time, options.staleWithoutBusMs, hooks.onMessagesLost);
    this.losses = new LossLog(options.staleWithoutBusMs);
    this.locks = new LoadLocks(options.lockLeaseMs, () => this.bus.state === 'up');
    this.bus = new InvalidationBus(port.subscriber, this.keys.bus, this.origin, options.redisTimeoutMs, {
      onMessage: (message) => (message.kind === 'wake' ? this.wake(message.names) : hooks.onMessage(message)),
      onLost: (reason) => {
        this.subscription.lost('bus');
        this.degraded('bus', reason);
      },
      onAnswer: (refusal) => this.serverCheck.subscribeAnswered(refusal),
      onUp: () => {
        this.losses.restored('bus');
        this.subscription.restored('bus');
        this.markSubscribed();
        void this.resynchronize();
      },
    });
    this.link = new RedisLink(clock, this.latency, options.redisTimeoutMs, {
      recover: () => this.recover(),
      hasMissedChanges: () => this.journal.size > 0,
      onLost: (error) => {
        this.subscription.lost('redis');
        this.degraded('redis', error);
      },
      onRestored: () => {
        this.losses.restored('redis');
        this.subscription.restored('redis', this.missedNothing);
        this.locks.releaseAgain();
      },
      onRefused: () => this.serverCheck.runSoon(),
      // Those of a cluster have a connection to each server.
      received: () => (client.isCluster ? 0 : ((client as Redis).stream?.bytesRead ?? 0)),
    });
  }

  get timeoutMs(): number {
    return this.options.redisTimeoutMs;
  }

  start(): void {
    this.subscription.lost('bus');
    this.bus.start();
    this.timer = setInterval(() => void this.resynchronize(), RESYNCHRONIZE_MS).unref();
    this.serverCheck.start();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.serverCheck.close();
    this.link.close();
    this.subscription.close();
    this.locks.close();
    await this.bus.close();
  }

  namespace(name: string): RedisNamespace {
    let namespace = this.namespaces.get(name);
    if (namespace === undefined) this.namespaces.set(name, (namespace = new RedisNamespace(name, this)));
    return namespace;
  }

  /** The namespace, for a single use: if it is unknown here it is not kept, so that ever new names take no memory. */
  uncachedNamespace(name: string): RedisNamespace {
    return this.namespaces.get(name) ?? new RedisNamespace(name, this);
  }

  /**
   * Makes a change in the namespaces that only other processes have used so far. If Redis does not answer, the change is
   * journalled for all namespaces, known or not. Resolves with whether all of it was applied.
   */
  async changeInOtherNamespaces(
    change: readonly MissedChange[],
    make: (namespace: RedisNamespace) => Promise<SharedChange>,
    isKnown: (name: string) => boolean,
  ): Promise<boolean> {
    const order = this.journal.nextOrder();
    let names: readonly string[];
    try {
      names = await this.namespaceList.all(this.send);
    } catch (error) {
      for (const missed of change) this.journal.add(ALL_NAMESPACES, missed, order);
      this.link.suspend(error);
      return false;
    }
    const changes = await Promise.all(
      names.filter((name) => !isKnown(name)).map((name) => make(this.uncachedNamespace(name))),
    );
    return changes.every(({ applied }) => applied);
  }

  /** Adds the namespace to the list in Redis, for processes that invalidate in all namespaces. */
  announce(name: string): void {
    this.namespaceList.announce(name);
  }

  private wake(lockKeys: readonly string[]): void {
    for (const key of lockKeys) this.locks.wake(key);
  }

  get events(): EventPublisher {
    return this.hooks.events;
  }

  private degraded(part: 'redis' | 'bus', reason: unknown): void {
    this.losses.lost(part, reason);
    if (this.events.isHeard('degraded')) this.events.publish('degraded', { part, reason });
  }

  warn(message: string): void {
    this.hooks.warn(message);
  }

  /** Brings Redis up to date. Rejects if it could not be; what Redis did not take stays in the journal. */
  private async recover(): Promise<void> {
    const send: Send = (step, size = SMALL) =>
      this.link.requestPastBreaker(step, timeoutOf(this.timeoutMs, size), size);
    await this.serverCheck.requireUsable();
    await this.refreshServerClock(send);
    const isContinued = await this.check(send);
    this.namespaceList.forgetAnnounced();
    await this.applyJournal(send);
    const publish = (channel: string, text: string): Promise<unknown> =>
      send(() => this.port.client.publish(channel, text));
    this.missedNothing = isContinued && (await this.bus.hears(publish));
  }

  /**
   * Applies the journal. A change that Redis refuses holds up no other; where it does not answer, the rest has to wait for
   * the next recovery.
   */
  private async applyJournal(send: Send): Promise<void> {
    const refused = new Set<string>();
    let refusal: unknown;
    for (let next = this.journal.next(refused); next !== undefined; next = this.journal.next(refused)) {
      const { namespace, pending } = next;
      const names = namespace === ALL_NAMESPACES ? await this.namespaceList.all(send) : [namespace];
      const changes = names.map((name) => this.uncachedNamespace(name).changes);
      const apply = async (change: MissedChange): Promise<void> => {
        for (const one of changes) await one.apply(change, send);
      };
      const outcomes = await Promise.allSettled(pending.map(({ change }) => apply(change)));
      let unanswered: unknown;
      for (const [at, outcome] of outcomes.entries()) {
        const { change, done, failed } = pending[at]!;
        if (outcome.status === 'fulfilled') {
          done();
          continue;
        }
        const error: unknown = outcome.reason;
        if (saysServerIsUnfit(error)) throw error;
        const replacement = failed();
        if (replacement !== undefined) this.warn(givenUp(namespace, change, replacement, error));
        if (!isRefusal(error)) unanswered = error;
        else if (change.kind === 'clear') {
          refused.add(namespace);
          refusal = error;
        }
      }
      if (unanswered !== undefined) throw unanswered;
    }
    if (refused.size > 0) throw refusal;
  }

  /** Checks what may have changed unnoticed: the server, the age of its data, its clock and the list of namespaces. */
  private async resynchronize(): Promise<void> {
    this.serverCheck.runAgain();
    try {
      await this.refreshServerClock(this.send);
      await this.check(this.send);
      await this.namespaceList.announceAgain();
    } catch {
      // Redis is away. The same is checked when it is back.
    }
  }

  private async refreshServerClock(send: Send): Promise<void> {
    const sentAt = this.time.precise();
    this.serverTime.update(await send(() => this.port.client.time()), sentAt);
  }

  /**
   * Resolves with whether Redis has all the data that it had. Rejects also if it cannot be written to (a read-only
   * replica), because nothing could be invalidated there.
   */
  private async check(send: Send): Promise<boolean> {
    const checks = await Promise.all([...this.namespaces.values()].map((namespace) => namespace.check(send)));
    return checks.every(Boolean);
  }
}
