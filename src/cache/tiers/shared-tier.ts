import type { ChangedSince } from '../namespace/sets-under-way';
import type { Lifetime } from './lifetime';
import type { TimeBudget } from './time-budget';
import type { Cacheable } from '../values/cacheable-value';

/** A value read from the shared tier, ready for memory. */
export interface SharedEntry extends Lifetime {
  readonly stored: Cacheable;
  readonly tags: readonly string[];
}

export interface SharedRead {
  /** The tier's logical time of this read. A value loaded from now on is at least as new. */
  readonly asOf: number;
  /** A valid entry, fresh or stale. */
  readonly entry: SharedEntry | undefined;
}

/** Called with what was read, or with undefined where the tier did not answer in time. */
export type SharedReadDone = (read: SharedRead | undefined) => void;

/** The lock by which one process loads a key for all: it was acquired, or another process holds it. */
export type LoadLock = AcquiredLoadLock | ForeignLoadLock;
export interface AcquiredLoadLock extends SharedRead {
  readonly acquired: true;
  readonly release: () => void;
}
export interface ForeignLoadLock {
  readonly acquired: false;
  /** Resolves when the holder is done, its lease is over, or the time to wait for it is; never rejects. */
  readonly done: Promise<void>;
}

export interface SharedStore {
  /** Whether other processes are to drop the value that they have. */
  readonly replaces: boolean;
  readonly key: string;
  readonly asOf: number;
  readonly stored: Cacheable;
  readonly life: Lifetime;
  readonly tags: readonly string[];
}

/** A value to be stored; `since` says what becomes of it on the way. */
export interface SharedSet {
  readonly key: string;
  readonly stored: Cacheable;
  readonly life: Lifetime;
  readonly tags: readonly string[];
  readonly since: ChangedSince;
}

/** What came of a change: whether the tier has it, or it is applied when the tier is back; how many entries it removed. */
export interface SharedChange {
  readonly applied: boolean;
  readonly removed: number;
}

/**
 * One namespace of the tier that all processes share. Nothing here but the listing of keys rejects: without an answer in time, reads resolve with
 * `undefined`, and changes are journalled and applied later.
 */
export interface SharedNamespace {
  /** False while the tier is known to be unreachable: callers go on without it. */
  readonly usable: boolean;
  /** False while invalidations of other processes may be missed: then memory may hold values that are invalid. */
  readonly isSubscribed: boolean;
  /** False while other processes are not told of changes, because this one may not publish. */
  readonly isHeard: boolean;
  read(key: string, budget: TimeBudget): Promise<SharedRead | undefined>;
  /** The same for a caller to whom a promise would be felt; `done` is called once, never before this returns. */
  readFor(key: string, budget: TimeBudget, done: SharedReadDone): void;
  /**
   * Calls `begin` when the tier has room for the steps of one more load, now or later: of a burst of loads each begun one
   * holds memory, which would be copied again and again while all of them wait for each other.
   */
  whenIdle(begin: () => void): void;
  /**
   * Asks for the lock. A holder is waited for at most `waitMs`; if that is not above 0 and another process holds the lock,
   * resolves with undefined: the caller loads without it.
   */
  acquireLoadLock(key: string, budget: TimeBudget, waitMs: number): Promise<LoadLock | undefined>;
  /** Stores a loaded value unless it was invalidated since `asOf`; resolves with false only if it was. */
  store(loaded: SharedStore, budget: TimeBudget): Promise<boolean>;
  set(sets: readonly SharedSet[]): Promise<void>;
  /** Deletes keys; `removed` is how many of them it held, the other changes do not count. */
  delete(keys: readonly string[]): Promise<SharedChange>;
  expire(key: string): Promise<SharedChange>;
  deleteByTags(tags: readonly string[]): Promise<SharedChange>;
  deleteByPrefix(prefix: string): Promise<SharedChange>;
  clear(): Promise<SharedChange>;
  /** The keys that begin with `prefix` and have a fresh value, in pages. Rejects if the tier does not answer. */
  keys(prefix: string): AsyncIterable<readonly string[]>;
  /** Those of the keys that have a fresh value. Rejects if the tier does not answer. */
  freshAmong(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** The lifetime, cut to what memory may serve while invalidations of other processes may be missed. */
  limitLifetime(life: Lifetime): Lifetime;
}
