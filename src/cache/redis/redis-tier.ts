import { randomUUID } from 'node:crypto';
import type { Clock } from '../../common/clock';
import { LatencyHistogram } from '../../common/latency-histogram';
import type { ResolvedCacheOptions } from '../options/cache.options';
import type { CacheTime } from '../cache-time';
import { BusHearing } from './bus-hearing';
import type { BusMessage } from './bus-message';
import { EntryCodec } from './entry-codec';
import { InvalidationBus } from './invalidation-bus';
import { LoadLocks } from './load-locks';
import type { Send } from './namespace-changes';
import { NamespaceList } from './namespace-list';
import { Reachability } from './reachability';
import { EVERYWHERE, type Missed, type MissedChange, RecoveryJournal } from './recovery-journal';
import type { RedisContext } from './redis-context';
import { RedisKeys } from './redis-keys';
import { RedisNamespace } from './redis-namespace';
import type { RedisPort } from '../tiers/redis-port';
import { ServerTime } from './server-time';

const CLUSTER_SHARDS = 16;
/** How often what Redis may have lost without a word is looked after: its older state, our name in its list, its clock. */
const REACQUAINT_MS = 15_000;

export interface RedisTierHooks {
  /** Another process invalidated something. */
  readonly onMessage: (message: BusMessage) => void;
  /** Memory may hold what was invalidated unheard: nothing of it may be served before Redis has confirmed it. */
  readonly onDoubt: () => void;
}

/** The tier that all processes share: connection state, bus, locks and the journal of what Redis has not got yet. */
export class RedisTier implements RedisContext {
  readonly origin = randomUUID();
  readonly keys: RedisKeys;
  readonly codec: EntryCodec;
  readonly journal = new RecoveryJournal();
  readonly latency = new LatencyHistogram();
  readonly reach: Reachability;
  readonly hearing: BusHearing;
  readonly bus: InvalidationBus;
  readonly locks: LoadLocks;
  readonly serverTime: ServerTime;
  readonly shards: number;
  readonly namespaceList: NamespaceList;
  /** Resolves when the bus was up for the first time. */
  readonly heard: Promise<void>;
  private markHeard: () => void = () => undefined;
  private readonly namespaces = new Map<string, RedisNamespace>();
  private timer: NodeJS.Timeout | undefined;
  /** A step on its own, through the breaker. */
  private readonly send: Send = (step) => this.reach.ask(step, this.timeoutMs);

  constructor(
    readonly port: RedisPort,
    readonly options: ResolvedCacheOptions,
    readonly time: CacheTime,
    clock: Clock,
    hooks: RedisTierHooks,
  ) {
    this.heard = new Promise((resolve) => (this.markHeard = resolve));
    this.keys = new RedisKeys(options.prefix);
    this.serverTime = new ServerTime(time);
    this.codec = new EntryCodec(options, time);
    this.namespaceList = new NamespaceList(port, this.keys.namespaces, this.send);
    this.shards = options.shards ?? (port.client.isCluster ? CLUSTER_SHARDS : 1);
    this.hearing = new BusHearing(time, options.staleWithoutBusMs, hooks.onDoubt);
    this.locks = new LoadLocks(options.lockLeaseMs, () => this.bus.state === 'up');
    this.bus = new InvalidationBus(port.subscriber, this.keys.bus, this.origin, options.redisTimeoutMs, {
      onMessage: (message) => (message.kind === 'wake' ? this.wake(message.names) : hooks.onMessage(message)),
      onLost: () => this.hearing.lost('bus'),
      onUp: () => {
        this.hearing.back('bus');
        this.markHeard();
        void this.getReacquainted();
      },
    });
    this.reach = new Reachability(clock, this.latency, options.redisTimeoutMs, {
      recover: () => this.recover(),
      isBehind: () => this.journal.size > 0,
      onLost: () => this.hearing.lost('redis'),
      onBack: () => this.hearing.back('redis'),
    });
  }

  get timeoutMs(): number {
    return this.options.redisTimeoutMs;
  }

  start(): void {
    this.hearing.lost('bus');
    this.bus.start();
    this.timer = setInterval(() => void this.getReacquainted(), REACQUAINT_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.reach.close();
    this.hearing.close();
    this.locks.close();
    await this.bus.close();
  }

  namespace(name: string): RedisNamespace {
    let namespace = this.namespaces.get(name);
    if (namespace === undefined) this.namespaces.set(name, (namespace = new RedisNamespace(name, this)));
    return namespace;
  }

  /** The namespace for a look from outside: whoever asks for ever new names leaves nothing behind. */
  glimpse(name: string): RedisNamespace {
    return this.namespaces.get(name) ?? new RedisNamespace(name, this);
  }

  /**
   * Makes a change in the namespaces that only other processes have used so far. What cannot be told now is journalled:
   * then for all namespaces, known or not.
   */
  async changeElsewhere(
    change: readonly MissedChange[],
    make: (namespace: RedisNamespace) => Promise<void>,
    isKnown: (name: string) => boolean,
  ): Promise<void> {
    const order = this.journal.nextOrder();
    let names: readonly string[];
    try {
      names = await this.namespaceList.all(this.send);
    } catch (error) {
      for (const missed of change) this.journal.add(EVERYWHERE, missed, order);
      return this.reach.lose(error);
    }
    await Promise.all(names.filter((name) => !isKnown(name)).map((name) => make(this.glimpse(name))));
  }

  /** Lets processes that invalidate in all namespaces know of this one. */
  announce(name: string): void {
    this.namespaceList.announce(name);
  }

  private wake(lockKeys: readonly string[]): void {
    for (const key of lockKeys) this.locks.wake(key);
  }

  /** Applies what Redis has missed, oldest first; rejects at the first step that fails, which stays in the journal. */
  private async recover(): Promise<void> {
    const send: Send = (step) => this.reach.timed(step, this.timeoutMs);
    await this.askTime(send);
    await this.check(send);
    this.namespaceList.forgetAnnounced();
    for (let next = this.journal.next(); next !== undefined; next = this.journal.next()) {
      const { namespace, missed } = next;
      const names = namespace === EVERYWHERE ? await this.namespaceList.all(send) : [namespace];
      const changes = names.map((name) => this.glimpse(name).changes);
      const apply = async ({ change, done }: Missed): Promise<void> => {
        for (const one of changes) await one.apply(change, send);
        done();
      };
      const failed = (await Promise.allSettled(missed.map(apply))).find(({ status }) => status === 'rejected');
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    }
  }

  /** Asks what may have changed while nothing was heard: another server, an older state of it, its clock. */
  private async getReacquainted(): Promise<void> {
    try {
      await this.askTime(this.send);
      await this.check(this.send);
      await this.namespaceList.announceAgain();
    } catch {
      // Redis is away, then: it will be asked again on its return.
    }
  }

  private async askTime(send: Send): Promise<void> {
    const sentAt = this.time.precise();
    this.serverTime.learn(await send(() => this.port.client.time()), sentAt);
  }

  /** Rejects also if Redis can be read but not written to, as a replica can: nothing could be invalidated there. */
  private async check(send: Send): Promise<void> {
    await Promise.all([...this.namespaces.values()].map((namespace) => namespace.check(send)));
  }
}
