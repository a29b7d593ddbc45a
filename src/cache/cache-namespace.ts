import { setImmediate } from 'node:timers/promises';
import {
  type CacheTierName,
  ENTRY_OPTION_RULES,
  type EntryOptions,
  type LoadOptions,
  type ResolvedEntryOptions,
  resolveEntryOptions,
  resolveLoadOptions,
  tagsFor,
} from './options/entry.options';
import { LoadBatch, type ManyLoader } from './load/load-batch';
import type { Loader } from './load/loader';
import { KeyLookup } from './load/key-lookup';
import { lifetimeOf } from './tiers/lifetime';
import type { MemorySegment } from './memory/memory-segment';
import type { NamespaceState, SetHere } from './namespace/namespace-state';
import {
  checkInvalidation,
  type Invalidated,
  type InvalidateOptions,
  type Invalidation,
  type InvalidationScope,
} from './options/invalidation';
import { checked, checkOptions, FUNCTION, TEXT, TEXTS } from './options/option-checks';
import { listKeys } from './namespace/key-listing';
import type { SharedChange } from './tiers/shared-tier';
import { CacheInvalidationQueuedError } from './cache.errors';
import type { CacheTime } from './cache-time';
import { runInSlices } from '../common/loop-slices';

/** Which keys `keys` lists. */
export interface KeysOptions {
  /** How they begin; by default all. */
  readonly prefix?: string;
  /** Whose keys they are; by default of all tiers that are switched on. */
  readonly tiers?: readonly CacheTierName[];
}

const KEYS_OPTION_RULES = { prefix: TEXT, tiers: ENTRY_OPTION_RULES.tiers } as const;

/** How long `setMany` holds the loop at a time (ms), and how many of its values are sent together. */
const SET_SLICE_MS = 4;
const SETS_AT_ONCE = 500;
/** How many keys are deleted before the loop goes on. */
const DELETES_AT_ONCE = 5_000;

/** The keys of one namespace, with the options that its calls start from. */
export class CacheNamespace {
  private readonly memory: MemorySegment;
  private readonly time: CacheTime;
  private readonly lookup: KeyLookup;

  constructor(
    private readonly state: NamespaceState,
    private readonly defaults: ResolvedEntryOptions,
  ) {
    this.memory = state.memory;
    this.time = state.time;
    this.lookup = new KeyLookup(state);
  }

  get name(): string {
    return this.state.name;
  }

  /**
   * The value of the key. If no tier has it, `load` is called, once for all callers that ask at the same time.
   * Rejects with the error of `load` (unless there is a stale value) or with CacheLoadTimeoutError.
   */
  getOrSet<T>(key: string, load: Loader<T>, options?: LoadOptions): Promise<T> {
    // Not an async function: a hit returns the promise that its entry keeps.
    const now = this.time.now();
    if (options === undefined || (options.tiers === undefined && options.forceFresh !== true)) {
      const hit = this.memory.hit(key, now);
      if (hit !== undefined) return hit as Promise<T>;
    }
    return this.getOrLoad(key, load as Loader<unknown>, options, now) as Promise<T>;
  }

  /** The value, if a tier has it fresh. */
  get<T>(key: string, options?: EntryOptions): Promise<T | undefined> {
    if (options === undefined || options.tiers === undefined) {
      const hit = this.memory.hit(key, this.time.now());
      if (hit !== undefined) return hit as Promise<T>;
    }
    return this.read(key, options) as Promise<T | undefined>;
  }

  /** The value, if memory has it fresh; does not ask Redis. */
  getSync<T>(key: string): T | undefined {
    const value = this.memory.hitSync(key, this.time.now());
    if (value !== undefined) return value as T;
    return this.lookup.readBeforeExpiry(key) as T | undefined;
  }

  /** Stores a value in all tiers; `undefined` removes the key. Rejects with CacheValueError if the value is not data. */
  async set(key: string, value: unknown, options?: EntryOptions): Promise<void> {
    checkKey(key);
    const resolved = resolveEntryOptions(options, this.defaults);
    const set = this.setHere(key, value, resolved);
    if (set === undefined) await this.delete(key);
    else await this.state.sendSets([set], resolved.redis);
  }

  /** Whether a tier has the key fresh. */
  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  /** Removes a key from all tiers and all processes; resolves with whether there was one. */
  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  /** Makes a value stale: the next call loads it again; until then it is only served within its `staleMs`. */
  async expire(key: string): Promise<void> {
    checkKey(key);
    this.state.expireKey(key);
    // A value on its way to Redis does not get there any more: the one before must not be served as stale instead.
    const isBeingSet = this.state.sets.has(key);
    await this.state.propagate({ keys: [key] }, (shared) => (isBeingSet ? shared.delete([key]) : shared.expire(key)));
  }

  /** The values of those keys that a tier has fresh; Redis is asked in one step. */
  async getMany<T>(keys: readonly string[]): Promise<Map<string, T>> {
    checked('keys', keys, TEXTS);
    const values = await Promise.all(keys.map((key) => this.get<T>(key)));
    return present(keys, values);
  }

  /** `set` for each of the entries; many of them in slices, between which the event loop goes on. */
  async setMany(entries: Iterable<readonly [string, unknown]>, options?: EntryOptions): Promise<void> {
    const resolved = resolveEntryOptions(options, this.defaults);
    const changes: Promise<unknown>[] = [];
    await runInSlices(this.setEach([...entries], resolved, changes), SET_SLICE_MS);
    const failed = (await Promise.allSettled(changes)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  }

  /** An entry that is refused does not keep the others from being set. */
  private *setEach(
    entries: readonly (readonly [string, unknown])[],
    resolved: ResolvedEntryOptions,
    changes: Promise<unknown>[],
  ): Generator<boolean, void> {
    const started = (change: Promise<unknown>): void => {
      change.catch(() => undefined); // it may fail before `setMany` awaits it
      changes.push(change);
    };
    let sets: SetHere[] = [];
    const send = (): void => {
      if (sets.length > 0) started(this.state.sendSets(sets, resolved.redis));
      sets = [];
    };
    for (const [key, value] of entries) {
      try {
        checkKey(key);
        const set = this.setHere(key, value, resolved);
        if (set === undefined) started(this.delete(key));
        else if (sets.push(set) === SETS_AT_ONCE) send();
      } catch (error) {
        started(Promise.reject(error as Error));
      }
      yield true;
    }
    send();
  }

  /** Begins a `set`: what it changes in this process. Undefined if the key is to be deleted instead. */
  private setHere(key: string, value: unknown, options: ResolvedEntryOptions): SetHere | undefined {
    const { state } = this;
    if (value === undefined || options.ttlMs === 0) return undefined;
    const stored = state.cacheable(value);
    const life = lifetimeOf(options, this.time.now());
    const tags = tagsFor(options, value);
    state.fence(key);
    if (options.memory) state.storeInMemory(key, stored, life, tags, options);
    else this.memory.delete(key, 'invalidated');
    return { key, stored, life, tags, since: state.sets.begin(key, tags) };
  }

  /**
   * The values of all keys. One call of `load` loads all that no tier has. Keys that `load` leaves out are left out here
   * too, and nothing is cached for them.
   */
  async getOrSetMany<T>(keys: readonly string[], load: ManyLoader<T>, options?: LoadOptions): Promise<Map<string, T>> {
    const unique = [...new Set(checked('keys', keys, TEXTS))];
    checked('the loader', load, FUNCTION);
    // Keys that another call is loading are waited for, but do not delay the load of the others.
    const batch = new LoadBatch(
      options?.forceFresh === true ? unique : unique.filter((key) => !this.state.flights.has(key)),
      load,
    );
    // No lock across processes: two processes that wait for each other's keys would both wait for the whole lease.
    const each = { ...options, lock: false };
    const values = await Promise.all(
      unique.map((key) => {
        const call = this.getOrSet<T | undefined>(key, batch.load, each);
        const decided = (): void => batch.decided(key);
        call.then(decided, decided);
        return call;
      }),
    );
    return present(unique, values);
  }

  /**
   * The keys that a tier has fresh, in no particular order, a page at a time. A key that is stored or removed meanwhile may
   * be there or not, and one may come twice. Rejects with CacheTierUnavailableError if Redis does not answer.
   */
  keys(options: KeysOptions = {}): AsyncGenerator<string, void, undefined> {
    checkOptions(options, KEYS_OPTION_RULES);
    const { prefix = '', tiers = ['memory', 'redis'] } = options;
    return listKeys(this.state, prefix, { memory: tiers.includes('memory'), redis: tiers.includes('redis') });
  }

  /** Removes keys from all tiers and all processes; resolves with how many there were, as far as that is known. */
  async deleteMany(keys: readonly string[]): Promise<number> {
    const { here, change } = await this.deleteEach(keys);
    return Math.max(here, change?.removed ?? 0);
  }

  /**
   * Invalidates keys, tags, a prefix or everything, and resolves with how far that has come when it ends. Rejects with
   * CacheInvalidationQueuedError if it is to be `strict` and cannot be applied everywhere now.
   */
  async invalidate(what: Invalidation, options: InvalidateOptions = {}): Promise<Invalidated> {
    checkInvalidation(what, options);
    const nothing = what.keys?.length === 0 || what.tags?.length === 0;
    const done: Invalidated = nothing ? { removed: 0, scope: 'everywhere' } : await this.invalidateNow(what);
    const { removed, scope } = done;
    if (options.strict === true && (scope === 'queued' || scope === 'redis')) {
      throw new CacheInvalidationQueuedError(removed, scope);
    }
    return done;
  }

  /** `deleteByTags` for one tag. */
  deleteByTag(tag: string): Promise<number> {
    return this.deleteByTags([tag]);
  }

  /** Invalidates all entries with one of the tags; resolves with how many the memory of this process lost. */
  async deleteByTags(tags: readonly string[]): Promise<number> {
    return (await this.invalidate({ tags: checked('tags', tags, TEXTS) })).removed;
  }

  /** Removes all keys that begin with `prefix`; resolves with how many entries the memory of this process lost. */
  async deleteByPrefix(prefix: string): Promise<number> {
    return (await this.invalidate({ prefix: checked('the prefix', prefix, TEXT) })).removed;
  }

  /** Removes everything of the namespace; resolves with how many entries the memory of this process lost. */
  async clear(): Promise<number> {
    return (await this.invalidate({ all: true })).removed;
  }

  protected async invalidateNow({ keys, tags, prefix }: Invalidation): Promise<Invalidated> {
    const { state } = this;
    if (keys !== undefined) {
      const { here, change } = await this.deleteEach(keys);
      return { removed: here, scope: this.scopeOf(change) };
    }
    if (tags !== undefined) {
      const here = tags.map((tag) => state.forgetTag(tag));
      const change = await state.propagate({ tags }, (shared) => shared.deleteByTags(tags));
      const removed = (await Promise.all(here)).reduce((sum, count) => sum + count, 0);
      return { removed, scope: this.scopeOf(change) };
    }
    const here = prefix === undefined ? state.forgetAll() : state.forgetPrefix(prefix);
    const change = await state.propagate('all', (shared) =>
      prefix === undefined ? shared.clear() : shared.deleteByPrefix(prefix),
    );
    return { removed: await here, scope: this.scopeOf(change) };
  }

  private scopeOf(change: SharedChange | undefined): InvalidationScope {
    if (change === undefined) return 'memory';
    if (!change.applied) return 'queued';
    return this.state.shared!.isHeard ? 'everywhere' : 'redis';
  }

  /** Deletes keys, very many of them in slices; resolves with how many there were in memory, and what came of it in Redis. */
  private async deleteEach(keys: readonly string[]): Promise<{ here: number; change: SharedChange | undefined }> {
    const { state } = this;
    checked('keys', keys, TEXTS);
    const all = keys.length <= DELETES_AT_ONCE ? keys : [...keys];
    let here = 0;
    const changes: Promise<SharedChange | undefined>[] = [];
    for (let from = 0; from < all.length; from += DELETES_AT_ONCE) {
      if (from > 0) await setImmediate();
      const some = all.length <= DELETES_AT_ONCE ? all : all.slice(from, from + DELETES_AT_ONCE);
      for (const key of some) if (state.forgetKey(key)) here++;
      changes.push(state.propagate({ keys: some }, (shared) => shared.delete(some)));
    }
    return { here, change: changes.length === 1 ? await changes[0]! : joined(await Promise.all(changes)) };
  }

  private async read(key: string, given: EntryOptions | undefined): Promise<unknown> {
    checkKey(key);
    return this.lookup.read(key, resolveEntryOptions(given, this.defaults));
  }

  /** Rejects, as all methods here do, if an argument is not as it has to be. */
  private getOrLoad(key: string, load: Loader<unknown>, given: LoadOptions | undefined, now: number): Promise<unknown> {
    try {
      checkKey(key);
      checked('the loader', load, FUNCTION);
      const options = resolveLoadOptions(given, this.defaults);
      return options.forceFresh === true
        ? this.lookup.loadAnew(key, load, options)
        : this.lookup.getOrLoad(key, load, options, now);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }
}

function checkKey(key: string): void {
  checked('the key', key, TEXT);
}

/** The keys that have a value, with their values. */
function present<T>(keys: readonly string[], values: readonly (T | undefined)[]): Map<string, T> {
  return new Map(keys.flatMap((key, at) => (values[at] === undefined ? [] : [[key, values[at] as T] as const])));
}

/** Several changes as one; undefined where there is no tier to be changed. */
function joined(changes: readonly (SharedChange | undefined)[]): SharedChange | undefined {
  const made = changes.filter((change) => change !== undefined);
  if (made.length === 0) return undefined;
  return {
    applied: made.every(({ applied }) => applied),
    removed: made.reduce((sum, { removed }) => sum + removed, 0),
  };
}
