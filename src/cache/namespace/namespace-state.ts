import type { CacheTime } from '../cache-time';
import type { ResolvedEntryOptions } from '../options/entry.options';
import { FailureBackoff } from './failure-backoff';
import type { Flight } from './flight';
import { type InvalidatedNames, InvalidationLog } from './invalidation-log';
import type { Lifetime } from '../tiers/lifetime';
import type { MemorySegment } from '../memory/memory-segment';
import { runInSlices } from '../../common/loop-slices';
import { NamespaceCounts } from './namespace-counts';
import { SharedBudget } from '../tiers/shared-budget';
import type { SharedNamespace } from '../tiers/shared-tier';
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
  readonly failureBackoffMs: number;
  readonly classInstances: ClassInstances;
  readonly warnings: ValueWarnings;
}

/**
 * What one namespace holds in this process, shared by all who use it: its memory, the loads under way, recent failures.
 * The `forget…` methods are what an invalidation does here, whether it was made in this process or heard on the bus.
 */
export class NamespaceState {
  readonly name: string;
  readonly memory: MemorySegment;
  readonly flights = new Map<string, Flight>();
  readonly log = new InvalidationLog();
  readonly failures: FailureBackoff;
  readonly counts = new NamespaceCounts();
  classInstances: ClassInstances;

  constructor(readonly parts: NamespaceParts) {
    this.name = parts.name;
    this.memory = parts.memory;
    this.classInstances = parts.classInstances;
    // With both tiers off every call loads: there is nothing a back-off would protect the callers' view of.
    this.failures = new FailureBackoff(parts.memoryEnabled || parts.shared ? parts.failureBackoffMs : 0);
  }

  /** The value as this namespace keeps it. Throws CacheValueError for what cannot be data. */
  cacheable(value: unknown): Cacheable {
    return toCacheable(value, this.classInstances, this.parts.warnings);
  }

  get shared(): SharedNamespace | undefined {
    return this.parts.shared;
  }

  get time(): CacheTime {
    return this.parts.time;
  }

  budget(): SharedBudget {
    return new SharedBudget(this.parts.sharedTimeoutMs);
  }

  /** Puts a value into memory, if that is on and the value still lives. */
  remember(
    key: string,
    stored: Cacheable,
    life: Lifetime,
    tags: readonly string[],
    options: ResolvedEntryOptions,
  ): void {
    if (!options.memory || !this.parts.memoryEnabled) return;
    const now = this.time.now();
    if (life.staleUntil <= now) return;
    this.memory.put(key, stored, this.shared?.bounded(life) ?? life, tags, now);
  }

  /**
   * Tells the shared tier of an invalidation that was made here. What is read from there before it has arrived counts as
   * a miss: the step may still be on its way, or one of several.
   */
  async share<T>(names: InvalidatedNames, tell: (shared: SharedNamespace) => Promise<T>): Promise<T | undefined> {
    const { shared } = this;
    if (shared === undefined) return undefined;
    const arrived = this.log.depart(names);
    try {
      return await tell(shared);
    } finally {
      arrived();
    }
  }

  /** Answers whether memory held the key. */
  forgetKey(key: string): boolean {
    this.interrupt(key);
    return this.memory.delete(key, 'invalidated');
  }

  forgetFreshness(key: string): boolean {
    this.interrupt(key);
    return this.memory.expire(key, this.time.now());
  }

  /** The entries are misses when this returns; resolves with how many there were once they are removed. */
  forgetTag(tag: string): Promise<number> {
    this.log.tag(tag);
    for (const [key, flight] of this.flights) if (flight.tags.includes(tag)) this.flights.delete(key);
    const removal = this.memory.deleteByTag(tag);
    return removal === undefined ? Promise.resolve(0) : runInSlices(removal);
  }

  /** The same for keys that begin with `prefix`. */
  forgetPrefix(prefix: string): Promise<number> {
    this.log.all();
    for (const key of this.flights.keys()) if (key.startsWith(prefix)) this.flights.delete(key);
    return runInSlices(this.memory.deleteByPrefix(prefix));
  }

  forgetAll(): number {
    this.log.all();
    this.flights.clear();
    this.failures.clear();
    return this.memory.clear();
  }

  /** What memory holds, and what is being read or loaded, may have been invalidated unheard. */
  doubt(): void {
    this.log.all();
    this.memory.clear('unverified');
  }

  /** A load of the key that is under way will not be stored, and nobody joins it any more. */
  interrupt(key: string): void {
    this.log.key(key);
    this.flights.delete(key);
    this.failures.forget(key);
  }
}
