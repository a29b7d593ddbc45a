import type { ResolvedEntryOptions } from '../options/entry.options';
import { NO_SLOT } from '../memory/eviction-order';
import type { MemorySegment } from '../memory/memory-segment';
import type { NamespaceState } from '../namespace/namespace-state';
import type { SharedRead } from '../tiers/shared-tier';
import { handOut } from '../values/cacheable-value';
import type { Flight, StaleValue } from '../namespace/flight';
import { type FlightRequest, LoadFlight } from './load-flight';
import type { Loader } from './loader';
import { WaitingCaller } from './waiting-caller';

/** Finds the value of a key that is no plain hit of memory: it is stale, being loaded, in Redis, or has to be loaded. */
export class KeyLookup {
  private readonly memory: MemorySegment;

  constructor(private readonly state: NamespaceState) {
    this.memory = state.memory;
  }

  /** The value. If no tier has it fresh, it is loaded; the stale one is served as the options allow. */
  getOrLoad(
    key: string,
    load: Loader<unknown>,
    options: ResolvedEntryOptions,
    now = this.state.time.now(),
  ): Promise<unknown> {
    const { state, memory } = this;
    let stale: StaleValue | undefined;
    const slot = options.memory ? memory.find(key, now) : NO_SLOT;
    if (slot !== NO_SLOT) {
      if (memory.expiresAt(slot) > now) {
        const value = memory.value(slot);
        memory.touch(slot, now);
        if (memory.refreshDue(slot, now) && !state.flights.has(key)) {
          memory.markRefreshing(slot);
          state.counts.refreshesAhead++;
          this.flight({ key, load, options, stale: undefined, ahead: true, forced: false });
        }
        return Promise.resolve(value);
      }
      stale = { stored: memory.stored(slot), tags: memory.tagsOf(slot), staleUntil: memory.staleUntil(slot) };
    }
    this.countMiss(options.memory);
    const running = state.flights.get(key);
    if (running !== undefined) {
      state.counts.coalesced++;
      return this.wait(running, options, now, () => this.getOrLoad(key, load, options));
    }
    const failure = state.failures.recent(key, now);
    if (failure !== undefined) {
      state.counts.backoffs++;
      if (stale === undefined) return Promise.reject(failure.error as Error);
      state.counts.staleServed++;
      return Promise.resolve(handOut(stale.stored));
    }
    return this.wait(this.flight({ key, load, options, stale, ahead: false, forced: false }), options, now);
  }

  /** Loads the value whatever the tiers have. A load that is under way may be older than this call: it is not stored. */
  loadAnew(key: string, load: Loader<unknown>, options: ResolvedEntryOptions): Promise<unknown> {
    const { state } = this;
    state.fence(key);
    const flight = this.flight({ key, load, options, stale: undefined, ahead: false, forced: true });
    return this.wait(flight, options, state.time.now());
  }

  /** The value, if a tier has it fresh. */
  async read(key: string, options: ResolvedEntryOptions): Promise<unknown> {
    const { state, memory } = this;
    const now = state.time.now();
    const slot = options.memory ? memory.find(key, now) : NO_SLOT;
    if (slot !== NO_SLOT && memory.expiresAt(slot) > now) {
      memory.touch(slot, now);
      return memory.value(slot);
    }
    this.countMiss(options.memory);
    const shared = options.redis ? state.shared : undefined;
    if (shared === undefined || !shared.usable) return void state.tellMiss(key);
    const started = state.log.begin();
    try {
      const read = await shared.read(key, state.newTimeBudget());
      const value = this.takeFresh(key, read, options, started);
      if (value === undefined) state.tellMiss(key);
      else state.tellRedisHit(key);
      return value;
    } finally {
      state.log.end();
    }
  }

  /** The value in memory if it has not expired, also where it is due to be refreshed ahead; else counts a miss. */
  readBeforeExpiry(key: string): unknown {
    const now = this.state.time.now();
    const slot = this.memory.find(key, now);
    if (slot === NO_SLOT || this.memory.expiresAt(slot) <= now) {
      this.countMiss(true);
      return void this.state.tellMiss(key);
    }
    this.memory.touch(slot, now);
    return this.memory.value(slot);
  }

  /** Counts a look-up that memory did not answer, if it was asked. */
  private countMiss(asked: boolean): void {
    if (asked && this.state.parts.memoryEnabled) this.memory.counts.misses++;
  }

  private flight(request: FlightRequest): Flight {
    const flight = new LoadFlight(this.state, request);
    this.state.flights.set(request.key, flight);
    flight.start();
    return flight;
  }

  private wait(
    flight: Flight,
    { softTimeoutMs }: ResolvedEntryOptions,
    now: number,
    askAgain?: () => Promise<unknown>,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      flight.join(new WaitingCaller(this.state, flight, softTimeoutMs, resolve, reject, now, askAgain));
    });
  }

  private takeFresh(
    key: string,
    read: SharedRead | undefined,
    options: ResolvedEntryOptions,
    started: number,
  ): unknown {
    const entry = read?.entry;
    const { state } = this;
    if (entry === undefined || entry.expiresAt <= state.time.now() || state.isPropagating(key, entry.tags))
      return undefined;
    // If it was invalidated while it was read, it may be returned but not stored.
    if (!state.log.mayBeOutdated(started, key, entry.tags)) {
      state.storeInMemory(key, entry.stored, entry, entry.tags, options);
    }
    return handOut(entry.stored);
  }
}
