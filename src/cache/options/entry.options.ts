import {
  checkOptions,
  MILLISECONDS,
  POSITIVE_TIMER_OR_NONE,
  RATIO,
  someOf,
  SWITCH,
  TEXTS,
  TIMER_OR_NONE,
} from './option-checks';

export type CacheTierName = 'memory' | 'redis';

/** How one entry is kept; given per call, per namespace or for the whole cache. All durations in milliseconds. */
export interface EntryOptions {
  /** How long the value is fresh. `Infinity` is allowed; with 0 nothing is cached. */
  readonly ttlMs?: number;
  /** `ttlMs` is shortened at random by up to this share (0 to 1), so that entries do not expire together. */
  readonly jitter?: number;
  /** How long after `ttlMs` the value may still be served, while it is refreshed or when loading fails. */
  readonly staleMs?: number;
  /** How long a caller waits for a refresh before it gets the stale value. By default it does not wait. */
  readonly softTimeoutMs?: number;
  /** After this time a load is given up and its signal aborted. */
  readonly hardTimeoutMs?: number;
  /** After this share of `ttlMs` (0 to 1) a hit refreshes the value in the background. */
  readonly refreshAheadRatio?: number;
  readonly tags?: readonly string[];
  /** The tiers that keep it. By default all that are switched on. */
  readonly tiers?: readonly CacheTierName[];
  /** Whether one process loads for all others; on by default where there is Redis. */
  readonly lock?: boolean;
}

export interface ResolvedEntryOptions {
  readonly ttlMs: number;
  readonly jitter: number;
  readonly staleMs: number;
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly refreshAheadRatio: number | undefined;
  readonly tags: readonly string[];
  readonly memory: boolean;
  readonly redis: boolean;
  readonly lock: boolean;
}

export const DEFAULT_ENTRY_OPTIONS: ResolvedEntryOptions = {
  ttlMs: 3_600_000,
  jitter: 0,
  staleMs: 0,
  softTimeoutMs: 0,
  hardTimeoutMs: 30_000,
  refreshAheadRatio: undefined,
  tags: [],
  memory: true,
  redis: true,
  lock: true,
};

/** What each option may be, for `checkOptions`. */
export const ENTRY_OPTION_RULES = {
  ttlMs: MILLISECONDS,
  jitter: RATIO,
  staleMs: MILLISECONDS,
  softTimeoutMs: TIMER_OR_NONE,
  hardTimeoutMs: POSITIVE_TIMER_OR_NONE,
  refreshAheadRatio: RATIO,
  tags: TEXTS,
  tiers: someOf('memory', 'redis'),
  lock: SWITCH,
} as const;

/** The options of one call over those of its namespace. Throws CacheOptionError for an unknown option or a wrong value. */
export function resolveEntryOptions(
  given: EntryOptions | undefined,
  defaults: ResolvedEntryOptions,
): ResolvedEntryOptions {
  if (given === undefined) return defaults;
  checkOptions(given, ENTRY_OPTION_RULES);
  const { tiers } = given;
  return {
    ttlMs: given.ttlMs ?? defaults.ttlMs,
    jitter: given.jitter ?? defaults.jitter,
    staleMs: given.staleMs ?? defaults.staleMs,
    softTimeoutMs: given.softTimeoutMs ?? defaults.softTimeoutMs,
    hardTimeoutMs: given.hardTimeoutMs ?? defaults.hardTimeoutMs,
    refreshAheadRatio: given.refreshAheadRatio ?? defaults.refreshAheadRatio,
    tags: given.tags === undefined ? defaults.tags : [...new Set(given.tags)],
    memory: tiers === undefined ? defaults.memory : tiers.includes('memory'),
    redis: tiers === undefined ? defaults.redis : tiers.includes('redis'),
    lock: given.lock ?? defaults.lock,
  };
}
