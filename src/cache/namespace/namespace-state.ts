import { traceOperation } from '../../common/traced-operation';
import {
  type CacheInvalidationOperation,
  cacheInvalidations,
  type CacheSetOperation,
  cacheSets,
  type ChangeOutcome,
} from '../cache-channels';
import type { CacheInvalidateEvent, CacheLoadEvent, EventPublisher } from '../cache-events';
import type { CacheTime } from '../cache-time';
import type { ResolvedEntryOptions } from '../options/entry.options';
import { FailureBackoff } from './failure-backoff';
import type { Flight } from './flight';
import { type InvalidatedNames, InvalidationLog } from './invalidation-log';
import { endingBy, type Lifetime } from '../tiers/lifetime';
import type { MemorySegment } from '../memory/memory-segment';
import { SetsUnderWay, type SetUnderWay } from './sets-under-way';
import { runInSlices } from '../../common/loop-slices';
import { NamespaceCounts } from './namespace-counts';
import { TimeBudget } from '../tiers/time-budget';
import type { SharedChange, SharedNamespace, SharedSet } from '../tiers/shared-tier';
import { type Cacheable, toCacheable } from '../values/cacheable-value';
import type { ClassInstances } from '../options/class-instance-policy';
import type { ValueWarnings } from '../values/value-warnings';

export interface NamespaceParts {
  readonly name: string;
  readonly time: CacheTime;
  readonly memory: MemorySegment;
  readonly memoryEnabled: boolean;
  readonly shared: SharedNamespace | undefined;
  readonly sharedTimeoutMs: number;
  /** Undefined where the namespace's own load times decide. */
  readonly lockTimeoutMs: number | undefined;
  readonly failureBackoffMs: number;
  readonly classInstances: ClassInstances;
  readonly warnings: ValueWarnings;
  readonly events: EventPublisher;
}

/** A `set` that this process has, on its way to the shared tier. */
export interface SetHere extends SharedSet {
  readonly since: SetUnderWay;
}

/** The longest wait for a load of another process, and how many usual loads it is, where the options do not say. */
const MAX_LOCK_WAIT_MS = 1_000;
const LOCK_WAIT_LOADS = 10;
/** A usual load is no longer than this share of all. */
const USUAL = 0.95;

/**
 * What one namespace has in this process: its memory, the loads under way, recent failures. The `forget…` methods are
 * what an invalidation does in this process, whether it was made here or received on the bus.
 */
export class NamespaceState {
  readonly name: string;
  readonly memory: MemorySegment;
  readonly flights = new Map<string, Flight>();
  readonly log = new InvalidationLog();
  readonly sets = new SetsUnderWay();
  readonly failures: FailureBackoff;
  readonly counts = new NamespaceCounts();
  classInstances: ClassInstances;

  constructor(readonly parts: NamespaceParts) {
    this.name = parts.name;
    this.memory = parts.memory;
    this.classInstances = parts.classInstances;
    // With both tiers off the cache does nothing, so it does not hold calls back either.
    this.failures = new FailureBackoff(parts.memoryEnabled || parts.shared ? parts.failureBackoffMs : 0);
  }

  /** The value as this namespace stores it. Throws CacheValueError if it is not data. */
  cacheable(value: unknown): Cacheable {
    return toCacheable(value, this.classInstances, this.parts.warnings);
  }

  get shared(): SharedNamespace | undefined {
    return this.parts.shared;
  }

  get time(): CacheTime {
    return this.parts.time;
  }

  newTimeBudget(): TimeBudget {
    return new TimeBudget(this.parts.sharedTimeoutMs);
  }

  /** How long (ms) a call waits for a load of another process before it loads itself. */
  lockTimeoutMs(): number {
    const { lockTimeoutMs, sharedTimeoutMs } = this.parts;
    if (lockTimeoutMs !== undefined) return lockTimeoutMs;
    const { loadTime } = this.counts;
    if (loadTime.count === 0) return MAX_LOCK_WAIT_MS;
    // What the holder's steps in Redis may take belongs to every load.
    const usual = Math.max(sharedTimeoutMs, LOCK_WAIT_LOADS * loadTime.quantileMs(USUAL));
    return Math.min(MAX_LOCK_WAIT_MS, usual);
  }

  /** Stores a value in memory, if the memory tier is used and the value has not expired. */
  storeInMemory(
    key: string,
    stored: Cacheable,
    life: Lifetime,
    tags: readonly string[],
    options: ResolvedEntryOptions,
  ): void {
    if (!options.memory || !this.parts.memoryEnabled) return;
    const now = this.time.now();
    if (life.staleUntil <= now) return;
    const limited = this.shared?.limitLifetime(life) ?? life;
    const kept = this.memory.put(key, stored, endingBy(limited, now + options.memoryTtlMs), tags, now);
    if (!kept) this.parts.warnings.tooLarge(this.name, key, stored.bytes);
  }

  /**
   * Sends a change of this process to the shared tier. Until that has all of it, what is read from there under these names
   * counts as a miss.
   */
  propagate(
    names: InvalidatedNames,
    send: (shared: SharedNamespace) => Promise<SharedChange>,
  ): Promise<SharedChange | undefined> {
    const { keys = [], tags = [] } = names === 'all' ? {} : names;
    this.tellInvalidated(keys, tags, 'here');
    if (!cacheInvalidations.hasSubscribers) return this.sendChange(names, send);
    const context: CacheInvalidationOperation = { namespace: this.name, keys, tags };
    return traceOperation(cacheInvalidations, context, () => this.sendChange(names, send), invalidationOutcome);
  }

  /** Tells whoever listens of an invalidation. */
  tellInvalidated(keys: readonly string[], tags: readonly string[], origin: CacheInvalidateEvent['origin']): void {
    const { events } = this.parts;
    if (events.isHeard('invalidate')) events.publish('invalidate', { namespace: this.name, keys, tags, origin });
  }

  /** Tells whoever listens that no tier had the value. */
  tellMiss(key: string): void {
    const { events } = this.parts;
    if (events.isHeard('miss')) events.publish('miss', { namespace: this.name, key });
  }

  tellRedisHit(key: string): void {
    const { events } = this.parts;
    if (events.isHeard('hit')) events.publish('hit', { namespace: this.name, key, tier: 'redis' });
  }

  tellLoad(load: Omit<CacheLoadEvent, 'cache' | 'namespace'>): void {
    const { events } = this.parts;
    if (events.isHeard('load')) events.publish('load', { namespace: this.name, ...load });
  }

  /** Sends new values to the shared tier, or, with `redis` false, deletes what it has under their keys. */
  async sendSets(sets: readonly SetHere[], redis: boolean): Promise<void> {
    try {
      const { shared } = this;
      if (cacheSets.hasSubscribers) await Promise.all(sets.map((set) => this.tracedSet(set, redis)));
      else if (shared !== undefined) await sendTo(shared, sets, redis);
    } finally {
      for (const { key, since } of sets) {
        this.sets.end(since);
        this.log.sent(key);
      }
    }
  }

  private tracedSet(set: SetHere, redis: boolean): Promise<unknown> {
    const { shared } = this;
    const context: CacheSetOperation = { namespace: this.name, key: set.key };
    const send = (): Promise<unknown> => (shared === undefined ? Promise.resolve() : sendTo(shared, [set], redis));
    return traceOperation(cacheSets, context, send, this.changeOutcome);
  }

  /** Whether Redis may still hold a value that this process has changed or invalidated. */
  isPropagating(key: string, tags: readonly string[]): boolean {
    return this.sets.has(key) || this.log.isPropagating(key, tags);
  }

  private readonly changeOutcome = (): ChangeOutcome => {
    if (this.shared === undefined) return 'memory';
    return this.shared.usable ? 'all' : 'queued';
  };

  private async sendChange<T>(
    names: InvalidatedNames,
    send: (shared: SharedNamespace) => Promise<T>,
  ): Promise<T | undefined> {
    const { shared } = this;
    if (shared === undefined) return undefined;
    const propagated = this.log.startPropagation(names);
    try {
      return await send(shared);
    } finally {
      propagated();
    }
  }

  /** Removes a key from memory; returns whether memory held it. */
  forgetKey(key: string): boolean {
    this.sets.changed(key);
    this.fence(key);
    return this.memory.delete(key, 'invalidated');
  }

  /** Makes an entry of memory stale; returns whether memory held it. */
  expireKey(key: string): boolean {
    this.sets.expired(key);
    this.fence(key);
    return this.memory.expire(key, this.time.now());
  }

  /** The entries are misses when this returns. Resolves with their number once they are removed. */
  forgetTag(tag: string): Promise<number> {
    this.log.tag(tag);
    this.sets.tagInvalidated(tag);
    for (const [key, flight] of this.flights) if (flight.tags.includes(tag)) this.flights.delete(key);
    const removal = this.memory.deleteByTag(tag);
    return removal === undefined ? Promise.resolve(0) : runInSlices(removal);
  }

  /** The same for the keys that begin with `prefix`. */
  forgetPrefix(prefix: string): Promise<number> {
    this.log.all();
    this.sets.prefixInvalidated(prefix);
    for (const key of this.flights.keys()) if (key.startsWith(prefix)) this.flights.delete(key);
    return runInSlices(this.memory.deleteByPrefix(prefix));
  }

  forgetAll(): number {
    this.log.all();
    this.sets.allInvalidated();
    this.flights.clear();
    this.failures.clear();
    return this.memory.clear();
  }

  /** Invalidations may have been missed: drops memory, and fences what is being read or loaded. */
  dropUnverified(): void {
    this.log.all();
    this.memory.clear('unverified');
  }

  /** A load of the key that is under way will not be stored, and no further caller joins it. */
  fence(key: string): void {
    this.log.key(key);
    this.flights.delete(key);
    this.failures.forget(key);
  }
}

function invalidationOutcome(change: SharedChange | undefined): ChangeOutcome {
  if (change === undefined) return 'memory';
  return change.applied ? 'all' : 'queued';
}

function sendTo(shared: SharedNamespace, sets: readonly SetHere[], redis: boolean): Promise<unknown> {
  return redis ? shared.set(sets) : shared.delete(sets.map(({ key }) => key));
}
