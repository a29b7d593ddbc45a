import { withDeadline } from '../../common/deadline';
import { CacheLoadTimeoutError } from '../cache.errors';
import type { ResolvedEntryOptions } from '../options/entry.options';
import { lifetimeOf } from '../tiers/lifetime';
import type { NamespaceState } from '../namespace/namespace-state';
import type { TimeBudget } from '../tiers/time-budget';
import type { AcquiredLoadLock, SharedNamespace, SharedRead, SharedStore } from '../tiers/shared-tier';
import { type Cacheable, handOut, uncached } from '../values/cacheable-value';
import type { Flight, StaleValue, Waiter } from '../namespace/flight';
import { type Loader, LoadRun } from './loader';

export interface FlightRequest {
  readonly key: string;
  readonly load: Loader<unknown>;
  readonly options: ResolvedEntryOptions;
  /** An expired value of memory that may be served meanwhile. */
  readonly stale: StaleValue | undefined;
  /** It refreshes a value that is still fresh. */
  readonly ahead: boolean;
}

/** The shared tier as a load stores into it: as of which logical time, and in how much time. */
interface SharedTarget {
  readonly shared: SharedNamespace;
  readonly asOf: number;
  readonly budget: TimeBudget;
}

/**
 * The load of one key, from the look into Redis to the storing of what was loaded. While it is under way things may be
 * invalidated, and each of these is asked where it matters:
 * - `interrupted`: the key, one of the value's tags or everything was invalidated since; the value is answered, not stored.
 * - `outdated`: noted at the end, for those who joined after that invalidation; they ask again (`isOutdatedFor`).
 * - `log.isUnderWay`: an invalidation made here has yet to reach Redis; what Redis holds counts as a miss.
 * - `isStaleInvalidated`: the stale value was invalidated; nobody is given it any more.
 * - `staleIsUnverified`: it may have been, unheard; only those whose load fails are given it.
 */
export class LoadFlight implements Flight {
  private readonly waiters: Waiter[] = [];
  private stale: StaleValue | undefined;
  private staleIsUnverified: boolean;
  private outdated = false;
  private run: LoadRun<unknown> | undefined;
  private readonly startedInLog: number;
  /** Only made for a load: most flights end with a value of Redis. */
  private signal: AbortSignal | undefined;

  constructor(
    private readonly state: NamespaceState,
    private readonly request: FlightRequest,
  ) {
    this.startedInLog = state.log.begin();
    this.stale = request.stale;
    this.staleIsUnverified = request.stale !== undefined && state.shared?.isSubscribed === false;
    void this.fly();
  }

  get tags(): readonly string[] {
    return this.run?.tags ?? this.request.options.tags;
  }

  isStale(answer: Cacheable): boolean {
    return answer === this.stale?.stored;
  }

  join(waiter: Waiter): void {
    this.waiters.push(waiter);
    if (this.stale !== undefined && !this.staleIsUnverified) waiter.staleFound(this.stale.stored);
  }

  isStaleInvalidated(): boolean {
    if (this.stale === undefined) return false;
    return this.state.log.mayBeOutdated(this.startedInLog, this.request.key, this.stale.tags);
  }

  isOutdatedFor(askedAt: number): boolean {
    return this.outdated && askedAt > this.startedInLog;
  }

  /** Never rejects. Nobody may be waiting: a refresh in the background that fails is only counted. */
  private async fly(): Promise<void> {
    const { state, request } = this;
    let stored: Cacheable | undefined;
    let failure: unknown;
    try {
      const shared = request.options.redis ? state.shared : undefined;
      if (shared === undefined || !shared.usable) stored = await this.withinHardTimeout((signal) => this.load(signal));
      else {
        const budget = state.newTimeBudget();
        // For a hit in Redis this is the one turn of waiting.
        const read = await shared.read(request.key, budget);
        stored = read && this.accept(read);
        stored ??= await this.loadAfter(read, shared, budget);
      }
    } catch (error) {
      failure = error;
      stored = this.instead(error);
    }
    this.outdated ||= this.invalidated();
    if (state.flights.get(request.key) === this) state.flights.delete(request.key);
    state.log.end();
    for (const waiter of this.waiters) {
      if (stored === undefined) waiter.failed(failure);
      else waiter.landed(stored);
    }
  }

  /** The stale value that is served where loading failed, if there is one. */
  private instead(error: unknown): Cacheable | undefined {
    const { state, request } = this;
    if (this.invalidated() || this.isStaleInvalidated()) return undefined;
    state.failures.failed(request.key, error, state.time.now());
    return this.stale?.stored;
  }

  /** The load that a look into Redis has not made unnecessary. */
  private loadAfter(read: SharedRead | undefined, shared: SharedNamespace, budget: TimeBudget): Promise<Cacheable> {
    if (read === undefined) return this.withinHardTimeout((signal) => this.load(signal));
    const target = { shared, asOf: read.asOf, budget };
    return this.withinHardTimeout((signal) =>
      this.request.options.lock ? this.loadInTurn(signal, target) : this.load(signal, target),
    );
  }

  /** Loading, and waiting for one's turn to, within the hard timeout. */
  private withinHardTimeout(work: (signal: AbortSignal) => Promise<Cacheable>): Promise<Cacheable> {
    const { key, options } = this.request;
    const withinHardTimeout = (signal: AbortSignal): Promise<Cacheable> => {
      this.signal = signal;
      return work(signal);
    };
    return withDeadline(
      withinHardTimeout,
      options.hardTimeoutMs,
      () => new CacheLoadTimeoutError(key, options.hardTimeoutMs),
    );
  }

  /** Loads once the right to is ours, or takes what the holder of the right has stored. */
  private async loadInTurn(signal: AbortSignal, target: SharedTarget): Promise<Cacheable> {
    const { shared } = target;
    for (let budget = target.budget; ; budget = this.state.newTimeBudget()) {
      const right = await shared.acquireLoadLock(this.request.key, budget);
      if (right !== undefined && !right.acquired) await right.done;
      else if (right !== undefined) return this.loadHoldingLock(right, signal, { shared, asOf: right.asOf, budget });
      signal.throwIfAborted();
      if (right === undefined) return this.load(signal, { ...target, budget });
    }
  }

  /** A load that was given up gives its right back, also if the loader never ends. */
  private async loadHoldingLock(
    right: AcquiredLoadLock,
    signal: AbortSignal,
    target: SharedTarget,
  ): Promise<Cacheable> {
    signal.addEventListener('abort', right.release, { once: true });
    try {
      signal.throwIfAborted();
      return this.accept(right) ?? (await this.load(signal, target));
    } finally {
      right.release();
    }
  }

  /** What Redis holds, if that makes loading unnecessary; a stale value is kept for those who wait. */
  private accept({ entry }: SharedRead): Cacheable | undefined {
    if (entry === undefined) return undefined;
    const { key, options, ahead } = this.request;
    const { log } = this.state;
    if (log.isPropagating(key, entry.tags)) return undefined;
    if ((ahead ? entry.refreshAt : entry.expiresAt) > this.state.time.now()) {
      this.outdated = log.mayBeOutdated(this.startedInLog, key, entry.tags);
      if (!this.outdated) this.state.storeInMemory(key, entry.stored, entry, entry.tags, options);
      return entry.stored;
    }
    this.foundStale(entry);
    return undefined;
  }

  private async load(signal: AbortSignal, target?: SharedTarget): Promise<Cacheable> {
    const { state } = this;
    const { key, options } = this.request;
    const run = new LoadRun(key, this.stale && handOut(this.stale.stored), signal, options.tags);
    this.run = run;
    const value = await this.timed(run);
    if (value === undefined || run.skipped) return uncached(value);
    const stored = state.cacheable(value);
    const life = lifetimeOf(options, state.time.now(), run.ttlMs);
    if (life.expiresAt <= state.time.now() || this.isAborted()) return stored;
    const stands = !this.invalidated() && (await storeIn(target, { key, stored, life, tags: run.tags }));
    if (!stands || this.invalidated()) state.counts.fenced++;
    else if (!this.isAborted()) state.storeInMemory(key, stored, life, run.tags, options);
    return stored;
  }

  private async timed(run: LoadRun<unknown>): Promise<unknown> {
    const { counts, time } = this.state;
    counts.loads++;
    const started = time.precise();
    try {
      return await this.request.load(run);
    } catch (error) {
      counts.loadFailures++;
      throw error;
    } finally {
      counts.loadTime.record(time.precise() - started);
    }
  }

  /** Whether the key, one of the tags or everything was invalidated since this began. */
  private invalidated(tags = this.tags): boolean {
    return this.state.log.invalidatedSince(this.startedInLog, this.request.key, tags);
  }

  private isAborted(): boolean {
    return this.signal?.aborted === true;
  }

  private foundStale(stale: StaleValue): void {
    if (this.stale !== undefined && !this.staleIsUnverified) return;
    this.stale = stale;
    this.staleIsUnverified = false;
    for (const waiter of this.waiters) waiter.staleFound(stale.stored);
  }
}

/** Whether what was loaded still stands; where there is no shared tier, nothing says that it does not. */
async function storeIn(target: SharedTarget | undefined, loaded: Omit<SharedStore, 'asOf'>): Promise<boolean> {
  return target === undefined || target.shared.store({ ...loaded, asOf: target.asOf }, target.budget);
}
