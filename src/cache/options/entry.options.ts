import {
  checked,
  checkOptions,
  MILLISECONDS,
  POSITIVE_TIMER_OR_NONE,
  RATIO,
  someOf,
  SWITCH,
  TEXTS,
  TEXTS_OR_FUNCTION,
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
  /** Names to invalidate it by, or a function that makes them from the value. */
  readonly tags?: readonly string[] | TagsOf;
  /** How long memory serves the value before Redis is asked for it again; by default as long as `ttlMs`. */
  readonly memoryTtlMs?: number;
  /** The tiers that keep it. By default all that are switched on. */
  readonly tiers?: readonly CacheTierName[];
  /** Whether one process loads for all others; on by default where there is Redis. */
  readonly lock?: boolean;
}

/** Options of a call that may load. */
export interface LoadOptions extends EntryOptions {
  /** Whether the value is loaded although a tier has it fresh; what is loaded replaces that everywhere. */
  readonly forceFresh?: boolean;
}

/** The tags of a value. */
export type TagsOf = (value: never) => readonly string[];

export interface ResolvedEntryOptions {
  readonly ttlMs: number;
  readonly jitter: number;
  readonly staleMs: number;
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly refreshAheadRatio: number | undefined;
  readonly tags: readonly string[];
  /** Makes the tags from the value, in place of `tags`. */
  readonly tagsOf: TagsOf | undefined;
  readonly memoryTtlMs: number;
  readonly memory: boolean;
  readonly redis: boolean;
  readonly lock: boolean;
}

export interface ResolvedLoadOptions extends ResolvedEntryOptions {
  readonly forceFresh?: boolean;
}

export const DEFAULT_ENTRY_OPTIONS: ResolvedEntryOptions = {
  ttlMs: 3_600_000,
  jitter: 0,
  staleMs: 0,
  softTimeoutMs: 0,
  hardTimeoutMs: 30_000,
  refreshAheadRatio: undefined,
  tags: [],
  tagsOf: undefined,
  memoryTtlMs: Number.POSITIVE_INFINITY,
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
  tags: TEXTS_OR_FUNCTION,
  memoryTtlMs: MILLISECONDS,
  tiers: someOf('memory', 'redis'),
  lock: SWITCH,
} as const;

const LOAD_OPTION_RULES = { ...ENTRY_OPTION_RULES, forceFresh: SWITCH } as const;

/** The options of one call over those of its namespace. Throws CacheOptionError for an unknown option or a wrong value. */
export function resolveEntryOptions(
  given: EntryOptions | undefined,
  defaults: ResolvedEntryOptions,
): ResolvedEntryOptions {
  if (given === undefined) return defaults;
  checkOptions(given, ENTRY_OPTION_RULES);
  return resolved(given, defaults);
}

/** The same for a call that may load. */
export function resolveLoadOptions(
  given: LoadOptions | undefined,
  defaults: ResolvedEntryOptions,
): ResolvedLoadOptions {
  if (given === undefined) return defaults;
  checkOptions(given, LOAD_OPTION_RULES);
  return given.forceFresh === true ? { ...resolved(given, defaults), forceFresh: true } : resolved(given, defaults);
}

/** The tags of one value. Throws CacheOptionError if the function for them does not answer with texts. */
export function tagsFor(
  { tags, tagsOf }: Pick<ResolvedEntryOptions, 'tags' | 'tagsOf'>,
  value: unknown,
): readonly string[] {
  if (tagsOf === undefined) return tags;
  return [...new Set(checked('the answer of tags', tagsOf(value as never), TEXTS))];
}

function resolved(given: EntryOptions, defaults: ResolvedEntryOptions): ResolvedEntryOptions {
  const { tags, tiers } = given;
  return {
    ttlMs: given.ttlMs ?? defaults.ttlMs,
    jitter: given.jitter ?? defaults.jitter,
    staleMs: given.staleMs ?? defaults.staleMs,
    softTimeoutMs: given.softTimeoutMs ?? defaults.softTimeoutMs,
    hardTimeoutMs: given.hardTimeoutMs ?? defaults.hardTimeoutMs,
    refreshAheadRatio: given.refreshAheadRatio ?? defaults.refreshAheadRatio,
    tags: tags === undefined || typeof tags === 'function' ? defaults.tags : [...new Set(tags)],
    tagsOf: tags === undefined ? defaults.tagsOf : typeof tags === 'function' ? tags : undefined,
    memoryTtlMs: given.memoryTtlMs ?? defaults.memoryTtlMs,
    memory: tiers === undefined ? defaults.memory : tiers.includes('memory'),
    redis: tiers === undefined ? defaults.redis : tiers.includes('redis'),
    lock: given.lock ?? defaults.lock,
  };
}
