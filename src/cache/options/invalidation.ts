import { CacheOptionError } from '../cache.errors';
import { type Allowed, checkOptions, SWITCH, TEXT, TEXTS } from './option-checks';

/** What to invalidate: exactly one of the four. */
export interface Invalidation {
  readonly keys?: readonly string[];
  readonly tags?: readonly string[];
  /** All keys that begin so. */
  readonly prefix?: string;
  readonly all?: true;
}

export interface InvalidateOptions {
  /** Reject with CacheInvalidationQueuedError where the change cannot be applied everywhere now; it is queued all the same. */
  readonly strict?: boolean;
}

/**
 * How far an invalidation has come when its call ends. `everywhere`: Redis and every process that is connected to it.
 * `redis`: Redis, but this process may not publish, so others serve what their memory has. `queued`: this process, and
 * Redis once it is back. `memory`: there is no Redis.
 */
export type InvalidationScope = 'everywhere' | 'redis' | 'queued' | 'memory';

export interface Invalidated {
  /** How many entries the memory of this process lost. */
  readonly removed: number;
  readonly scope: InvalidationScope;
}

const ALL: Allowed = { words: 'true', test: (value) => value === true };
const WHAT = { keys: TEXTS, tags: TEXTS, prefix: TEXT, all: ALL };

/** Throws CacheOptionError unless exactly one of them is given, as it has to be. */
export function checkInvalidation(what: Invalidation, options: InvalidateOptions): void {
  checkOptions(what, WHAT, 'invalidate()');
  checkOptions(options, { strict: SWITCH }, 'invalidate()');
  const given = Object.values(what).filter((value) => value !== undefined);
  if (given.length !== 1) throw new CacheOptionError('invalidate() takes exactly one of keys, tags, prefix and all');
}

/** The scope of several invalidations together: that of the one that has come least far. */
export function narrowest(scopes: readonly InvalidationScope[]): InvalidationScope {
  return NARROW_FIRST.find((scope) => scopes.includes(scope)) ?? 'everywhere';
}

const NARROW_FIRST: readonly InvalidationScope[] = ['queued', 'redis', 'memory'];
