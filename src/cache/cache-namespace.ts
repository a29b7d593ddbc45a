import { type EntryOptions, type ResolvedEntryOptions, resolveEntryOptions } from './options/entry.options';
import { LoadBatch, type ManyLoader } from './load/load-batch';
import type { Loader } from './load/loader';
import { KeyLookup } from './load/key-lookup';
import { lifetimeOf } from './tiers/lifetime';
import type { MemorySegment } from './memory/memory-segment';
import type { NamespaceState } from './namespace/namespace-state';
import {
  checkInvalidation,
  type Invalidated,
  type InvalidateOptions,
  type Invalidation,
  type InvalidationScope,
} from './options/invalidation';
import { checked, FUNCTION, TEXT, TEXTS } from './options/option-checks';
import type { SharedChange } from './tiers/shared-tier';
import { CacheInvalidationQueuedError } from './cache.errors';
import type { CacheTime } from './cache-time';

/** The keys of one namespace, with the options that its calls start from. */
export class CacheNamespace {
  private readonly memory: MemorySegment;
  private readonly time: CacheTime;
  private readonly lookup: KeyLookup;
  /** How many calls of `set` are under way for a key. */
  private readonly setting = new Map<string, number>();

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
  getOrSet<T>(key: string, load: Loader<T>, options?: EntryOptions): Promise<T> {
    // Not an async function: a hit returns the promise that its entry keeps.
    if (options === undefined || options.tiers === undefined) {
      const hit = this.memory.hit(key, this.time.now());
      if (hit !== undefined) return hit as Promise<T>;
    }
    return this.getOrLoad(key, load as Loader<unknown>, options) as Promise<T>;
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
    const { state } = this;
    checkKey(key);
    const resolved = resolveEntryOptions(options, this.defaults);
    if (value === undefined || resolved.ttlMs === 0) return void (await this.delete(key));
    const stored = state.cacheable(value);
    const life = lifetimeOf(resolved, this.time.now());
    state.fence(key);
    if (resolved.memory) state.storeInMemory(key, stored, life, resolved.tags, resolved);
    else this.memory.delete(key, 'invalidated');
    const started = state.log.begin();
    this.setting.set(key, (this.setting.get(key) ?? 0) + 1);
    const superseded = (byTags: readonly string[]): boolean => state.log.invalidatedSince(started, key, byTags);
    try {
      await state.propagateSet(key, async (shared) => {
        if (!resolved.redis) return void (await shared.delete([key]));
        return shared.set(key, stored, life, resolved.tags, superseded);
      });
    } finally {
      state.log.end();
      const others = this.setting.get(key)! - 1;
      if (others === 0) this.setting.delete(key);
      else this.setting.set(key, others);
    }
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
    const isBeingSet = this.setting.has(key);
    await this.state.propagate({ keys: [key] }, (shared) => (isBeingSet ? shared.delete([key]) : shared.expire(key)));
  }

  /** The values of those keys that a tier has fresh; Redis is asked in one step. */
  async getMany<T>(keys: readonly string[]): Promise<Map<string, T>> {
    checked('keys', keys, TEXTS);
    const values = await Promise.all(keys.map((key) => this.get<T>(key)));
    return present(keys, values);
  }

  /** `set` for each of the entries. */
  async setMany(entries: Iterable<readonly [string, unknown]>, options?: EntryOptions): Promise<void> {
    await Promise.all(Array.from(entries, ([key, value]) => this.set(key, value, options)));
  }

  /**
   * The values of all keys. One call of `load` loads all that no tier has. Keys that `load` leaves out are left out here
   * too, and nothing is cached for them.
   */
  async getOrSetMany<T>(keys: readonly string[], load: ManyLoader<T>, options?: EntryOptions): Promise<Map<string, T>> {
    const unique = [...new Set(checked('keys', keys, TEXTS))];
    checked('the loader', load, FUNCTION);
    // Keys that another call is loading are waited for, but do not delay the load of the others.
    const batch = new LoadBatch(
      unique.filter((key) => !this.state.flights.has(key)),
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

  /** Removes keys from all tiers and all processes; resolves with how many there were, as far as that is known. */
  async deleteMany(keys: readonly string[]): Promise<number> {
    const here = this.forgetHere(keys);
    const there = await this.deleteThere(keys);
    return Math.max(here, there?.removed ?? 0);
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
      const removed = this.forgetHere(keys);
      return { removed, scope: this.scopeOf(await this.deleteThere(keys)) };
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

  private forgetHere(keys: readonly string[]): number {
    return checked('keys', keys, TEXTS).filter((key) => this.state.forgetKey(key)).length;
  }

  private async deleteThere(keys: readonly string[]): Promise<SharedChange | undefined> {
    if (keys.length === 0) return undefined;
    return this.state.propagate({ keys }, (shared) => shared.delete(keys));
  }

  private async read(key: string, given: EntryOptions | undefined): Promise<unknown> {
    checkKey(key);
    return this.lookup.read(key, resolveEntryOptions(given, this.defaults));
  }

  /** Rejects, as all methods here do, if an argument is not as it has to be. */
  private getOrLoad(key: string, load: Loader<unknown>, given: EntryOptions | undefined): Promise<unknown> {
    try {
      checkKey(key);
      checked('the loader', load, FUNCTION);
      return this.lookup.getOrLoad(key, load, resolveEntryOptions(given, this.defaults));
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
