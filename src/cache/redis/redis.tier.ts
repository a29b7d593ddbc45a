import { randomUUID } from 'node:crypto';
import type { Clock } from '../../common/clock';
import { LatencyHistogram } from '../../common/latency-histogram';
import { CacheTierUnavailableError } from '../cache.errors';
import type { ResolvedCacheOptions } from '../cache.options';
import type { CacheTime } from '../cache.time';
import { BusHearing } from './bus.hearing';
import type { BusMessage } from './bus.message';
import { EntryCodec } from './entry.codec';
import { InvalidationBus } from './invalidation.bus';
import { LoadLocks } from './load.locks';
import { Reachability } from './reachability';
import { RecoveryJournal } from './recovery.journal';
import type { RedisContext } from './redis.context';
import { RedisKeys } from './redis.keys';
import { RedisNamespace } from './redis.namespace';
import type { RedisPort } from './redis.port';

const CLUSTER_SHARDS = 16;

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
  readonly shards: number;
  /** Resolves when the bus was up for the first time. */
  readonly heard: Promise<void>;
  private markHeard: () => void = () => undefined;
  private readonly namespaces = new Map<string, RedisNamespace>();
  private readonly announced = new Set<string>();

  constructor(
    readonly port: RedisPort,
    readonly options: ResolvedCacheOptions,
    readonly time: CacheTime,
    clock: Clock,
    hooks: RedisTierHooks,
  ) {
    this.heard = new Promise((resolve) => (this.markHeard = resolve));
    this.keys = new RedisKeys(options.prefix);
    this.codec = new EntryCodec(options, time);
    this.shards = options.shards ?? (port.client.isCluster ? CLUSTER_SHARDS : 1);
    this.hearing = new BusHearing(time, options.staleWithoutBusMs, hooks.onDoubt);
    this.locks = new LoadLocks(options.lockLeaseMs, () => this.bus.state === 'up');
    this.bus = new InvalidationBus(port.subscriber, this.keys.bus, this.origin, options.redisTimeoutMs, {
      onMessage: (message) => (message.kind === 'wake' ? this.wake(message.names) : hooks.onMessage(message)),
      onLost: () => this.hearing.lost('bus'),
      onUp: () => {
        this.hearing.back('bus');
        this.markHeard();
      },
    });
    this.reach = new Reachability(clock, time, this.latency, {
      recover: () => this.recover(),
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
  }

  async close(): Promise<void> {
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

  /** The namespaces any process ever used here; empty if Redis cannot be asked. */
  async knownNamespaces(): Promise<readonly string[]> {
    try {
      return await this.reach.ask(() => this.port.client.smembers(this.keys.namespaces), this.timeoutMs);
    } catch {
      return [];
    }
  }

  /** Whether any process ever used the namespace. Rejects with CacheTierUnavailableError if Redis cannot be asked. */
  async hasNamespace(name: string): Promise<boolean> {
    try {
      const asked = this.reach.ask(() => this.port.client.sismember(this.keys.namespaces, name), this.timeoutMs);
      return (await asked) === 1;
    } catch (error) {
      throw new CacheTierUnavailableError('it did not answer in time', { cause: error });
    }
  }

  /** Lets processes that invalidate in all namespaces know of this one; asks Redis once. */
  announce(name: string): void {
    if (this.announced.has(name)) return;
    this.announced.add(name);
    this.reach
      .ask(() => this.port.client.sadd(this.keys.namespaces, name), this.timeoutMs)
      .catch(() => this.announced.delete(name));
  }

  wake(lockKeys: readonly string[]): void {
    for (const key of lockKeys) this.locks.wake(key);
  }

  /** Applies what Redis has missed, oldest first; rejects at the first step that fails, which stays in the journal. */
  private async recover(): Promise<void> {
    await this.reach.timed(() => this.port.client.ping(), this.timeoutMs);
    this.announced.clear();
    for (let missed = this.journal.first(); missed !== undefined; missed = this.journal.first()) {
      const { namespace, change, done } = missed;
      await this.namespace(namespace).changes.apply(change, (step) => this.reach.timed(step, this.timeoutMs));
      done();
    }
  }
}
