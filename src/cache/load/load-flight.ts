import { withDeadline } from '../../common/deadline';
import { traceOperation } from '../../common/traced-operation';
import { type CacheLoadOperation, cacheLoads } from '../cache-channels';
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
  /** It loads also where a tier has the value fresh, and what it loads replaces that in all processes. */
  readonly forced: boolean;
}

const NOBODY: readonly Waiter[] = [];

/** The shared tier as a load stores into it: as of which logical time, and within which time budget. */
interface SharedTarget {
  readonly shared: SharedNamespace;
  readonly asOf: number;
  readonly budget: TimeBudget;
}

/**
 * The load of one key. It reads the shared tier, loads in turn with other processes where the value is not there, stores
 * what was loaded, and lands: its waiters get the value. Meanwhile the key may be invalidated. These say what that means:
 * - `invalidated`: the key, one of the value's tags or everything was invalidated since the start. Waiters get the value,
 *   but it is not stored.
 * - `outdated`: the same, noted at the end for callers that joined after that invalidation. They ask again
 *   (`isOutdatedFor`).
 * - `state.isPropagating`: an invalidation of this process has not reached Redis. What Redis holds counts as a miss.
 * - `isStaleInvalidated`: the stale value was invalidated. No caller gets it any more.
 * - `staleIsUnverified`: an invalidation of the stale value may have been missed. Callers get it only if loading fails.
 */
export class LoadFlight implements Flight {
  /** Mostly one; an array that was empty would keep room for sixteen. */
  private waiters: Waiter[] | undefined;
  private stale: StaleValue | undefined;
  private staleIsUnverified: boolean;
  private outdated = false;
  private run: LoadRun<unknown> | undefined;
  private startedInLog = 0;
  /** Made for a load only: most flights end with a value of Redis. */
  private signal: AbortSignal | undefined;

  constructor(
    private readonly state: NamespaceState,
    private readonly request: FlightRequest,
  ) {
    this.stale = request.stale;
    this.staleIsUnverified = request.stale !== undefined && state.shared?.isSubscribed === false;
  }

  /** Call it once. The flight ends by itself and never rejects: a refresh in the background has no waiters. */
  start(): void {
    const { state, request } = this;
    this.startedInLog = state.log.begin();
    const shared = request.options.redis ? state.shared : undefined;
    if (shared === undefined || !shared.usable) {
      this.tellMiss();
      void this.landAfter(() => this.withinHardTimeout((signal) => this.loadAndStore(signal)));
    } else {
      const budget = state.newTimeBudget();
      // Called back and not awaited: each `await` would be felt in the latency of a hit in Redis.
      shared.readFor(request.key, budget, (read) => this.wasRead(read, shared, budget));
    }
  }

  get tags(): readonly string[] {
    return this.run?.tags ?? this.request.options.tags;
  }

  isStale(answer: Cacheable): boolean {
    return answer === this.stale?.stored;
  }

  join(waiter: Waiter): void {
    if (this.waiters === undefined) this.waiters = [waiter];
    else this.waiters.push(waiter);
    if (this.stale !== undefined && !this.staleIsUnverified) this.offerStale(waiter, this.stale);
  }

  isStaleInvalidated(): boolean {
    if (this.stale === undefined) return false;
    return this.state.log.mayBeOutdated(this.startedInLog, this.request.key, this.stale.tags);
  }

  isOutdatedFor(askedAt: number): boolean {
    return this.outdated && askedAt > this.startedInLog;
  }

  private wasRead(read: SharedRead | undefined, shared: SharedNamespace, budget: TimeBudget): void {
    const { state, request } = this;
    let fresh: Cacheable | undefined;
    try {
      if (read !== undefined && !request.forced) fresh = this.accept(read);
    } catch (error) {
      return void this.landAfter(() => Promise.reject(error as Error)); // such as no memory left
    }
    if (fresh === undefined) {
      this.tellMiss();
      shared.whenIdle(() => void this.landAfter(() => this.loadAfter(read, shared, budget)));
    } else {
      state.tellRedisHit(request.key);
      this.land(fresh, undefined);
    }
  }

  /** Lands with what `load` resolves with, or with the stale value where it fails. */
  private async landAfter(load: () => Promise<Cacheable>): Promise<void> {
    let stored: Cacheable | undefined;
    let failure: unknown;
    try {
      stored = await load();
    } catch (error) {
      failure = error;
      stored = this.fallBackToStale(error);
    }
    this.land(stored, failure);
  }

  private tellMiss(): void {
    const { ahead, forced, key } = this.request;
    if (!ahead && !forced) this.state.tellMiss(key);
  }

  /** Ends the flight: its waiters get the value, or the error where there is none. */
  private land(stored: Cacheable | undefined, failure: unknown): void {
    const { state, request } = this;
    this.outdated ||= this.invalidated();
    if (state.flights.get(request.key) === this) state.flights.delete(request.key);
    state.log.end();
    const { waiters = NOBODY } = this;
    for (let at = 0; at < waiters.length; at++) {
      const waiter = waiters[at]!;
      if (stored === undefined || !this.mayHave(waiter, stored)) waiter.failed(failure);
      else waiter.landed(stored);
    }
  }

  /** The stale value, which is served where loading failed, if there is one. */
  private fallBackToStale(error: unknown): Cacheable | undefined {
    const { state, request } = this;
    if (request.forced || this.invalidated() || this.isStaleInvalidated()) return undefined;
    state.failures.failed(request.key, error, state.time.now());
    return this.stale?.stored;
  }

  /** Loads after a read of the shared tier that brought no fresh value. */
  private loadAfter(read: SharedRead | undefined, shared: SharedNamespace, budget: TimeBudget): Promise<Cacheable> {
    if (read === undefined) return this.withinHardTimeout((signal) => this.loadAndStore(signal));
    const target = { shared, asOf: read.asOf, budget };
    return this.withinHardTimeout((signal) =>
      this.request.options.lock && !this.request.forced
        ? this.loadInTurn(signal, target)
        : this.loadAndStore(signal, target),
    );
  }

  /** Limits loading, and waiting for the load lock, to the hard timeout. */
  private withinHardTimeout(work: (signal: AbortSignal) => Promise<Cacheable>): Promise<Cacheable> {
    const { key, options } = this.request;
    const abortable = (signal: AbortSignal): Promise<Cacheable> => {
      this.signal = signal;
      return work(signal);
    };
    return withDeadline(abortable, options.hardTimeoutMs, () => new CacheLoadTimeoutError(key, options.hardTimeoutMs));
  }

  /**
   * Loads once this process has the load lock, or takes the value that its holder has stored. Whoever has waited for
   * `lockTimeoutMs` loads without the lock: the holder may have died, or its release was lost.
   */
  private async loadInTurn(signal: AbortSignal, target: SharedTarget): Promise<Cacheable> {
    const { shared } = target;
    const { time } = this.state;
    const waitUntil = time.precise() + this.state.lockTimeoutMs();
    for (let budget = target.budget; ; budget = this.state.newTimeBudget()) {
      const lock = await shared.acquireLoadLock(this.request.key, budget, waitUntil - time.precise());
      if (lock !== undefined && !lock.acquired) await lock.done;
      else if (lock !== undefined) return this.loadHoldingLock(lock, signal, { shared, asOf: lock.asOf, budget });
      signal.throwIfAborted();
      if (lock === undefined) return this.loadAndStore(signal, { ...target, budget });
    }
  }

  /** Releases the lock as soon as the load is aborted, also if the loader never ends. */
  private async loadHoldingLock(lock: AcquiredLoadLock, signal: AbortSignal, target: SharedTarget): Promise<Cacheable> {
    signal.addEventListener('abort', lock.release, { once: true });
    try {
      signal.throwIfAborted();
      return this.accept(lock) ?? (await this.loadAndStore(signal, target));
    } finally {
      lock.release();
    }
  }

  /** The value read from the shared tier, if it is fresh; a stale one is kept for the waiters. */
  private accept({ entry }: SharedRead): Cacheable | undefined {
    if (entry === undefined) return undefined;
    const { key, options, ahead } = this.request;
    const { log } = this.state;
    if (this.state.isPropagating(key, entry.tags)) return undefined;
    const now = this.state.time.now();
    if ((ahead ? entry.refreshAt : entry.expiresAt) > now) {
      this.outdated = log.mayBeOutdated(this.startedInLog, key, entry.tags);
      if (!this.outdated) this.state.storeInMemory(key, entry.stored, entry, entry.tags, options);
      return entry.stored;
    }
    if (entry.staleUntil > now) this.foundStale(entry);
    return undefined;
  }

  private async loadAndStore(signal: AbortSignal, target?: SharedTarget): Promise<Cacheable> {
    const { state } = this;
    const { key, options } = this.request;
    const run = new LoadRun(key, this.stale && handOut(this.stale.stored), signal, options);
    this.run = run;
    const value = await (cacheLoads.hasSubscribers ? this.traced(run) : this.timed(run));
    if (value === undefined || run.skipped) return uncached(value);
    run.returned(value);
    const stored = state.cacheable(value);
    const life = lifetimeOf(options, state.time.now(), run.ttlMs, run.refreshAheadRatio);
    if (life.expiresAt <= state.time.now() || this.isAborted()) return stored;
    const isStored =
      !this.invalidated() &&
      (await storeIn(target, { key, stored, life, tags: run.tags, replaces: this.request.forced }));
    if (!isStored || this.invalidated()) state.counts.fenced++;
    else if (!this.isAborted()) state.storeInMemory(key, stored, life, run.tags, options);
    return stored;
  }

  private traced(run: LoadRun<unknown>): Promise<unknown> {
    const context: CacheLoadOperation = { namespace: this.state.name, key: this.request.key };
    const outcomeOf = (value: unknown) => (value === undefined || run.skipped ? 'uncached' : 'loaded');
    return traceOperation(cacheLoads, context, () => this.timed(run), outcomeOf);
  }

  private async timed(run: LoadRun<unknown>): Promise<unknown> {
    const { counts, time } = this.state;
    counts.loads++;
    const started = time.precise();
    let failure: { readonly error?: unknown } = {};
    try {
      return await this.request.load(run);
    } catch (error) {
      counts.loadFailures++;
      failure = { error };
      throw error;
    } finally {
      const durationMs = time.precise() - started;
      counts.loadTime.record(durationMs);
      this.state.tellLoad({ key: this.request.key, durationMs, ...failure });
    }
  }

  /** Whether the key, one of the tags or everything was invalidated since the start. */
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
    for (const waiter of this.waiters ?? NOBODY) this.offerStale(waiter, stale);
  }

  private offerStale(waiter: Waiter, stale: StaleValue): void {
    if (waiter.startedAt < stale.staleUntil) waiter.staleFound(stale.stored);
  }

  /** However long a load takes: a call that starts when the stale value is over does not get it. */
  private mayHave(waiter: Waiter, stored: Cacheable): boolean {
    return !this.isStale(stored) || waiter.startedAt < this.stale!.staleUntil;
  }
}

/** Stores a loaded value in the shared tier, if there is one; resolves with false if it was invalidated meanwhile. */
async function storeIn(target: SharedTarget | undefined, loaded: Omit<SharedStore, 'asOf'>): Promise<boolean> {
  return target === undefined || target.shared.store({ ...loaded, asOf: target.asOf }, target.budget);
}
