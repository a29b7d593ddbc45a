import { defaultKeyPrefix } from '../common/application-name';
import { FLAG, kindOf, milliseconds, textLike, type Kind } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import { inMegabytes, inSeconds } from '../common/settings/variable';
import { CLASS_INSTANCES, type ClassInstances } from './options/class-instance-policy';
import { DEFAULT_ENTRY_OPTIONS, ENTRY_OPTION_RULES, type EntryOptions } from './options/entry.options';
import { type Allowed, BYTES, COUNT, MILLISECONDS, POSITIVE_TIMER, TIMER, WHOLE_TIMER } from './options/option-checks';

const MEGABYTE = 1_048_576;

/** For an option that calls have as well, or that may be Infinity. */
const ruled = <T = number>({ words, test }: Allowed): Kind<T> => kindOf(words, test);

/** The options that every call starts from. `ttlMs` is an option of the module itself, as it is in the environment. */
const DEFAULTS = {
  jitter: setting(ruled(ENTRY_OPTION_RULES.jitter), {}),
  staleMs: setting(ruled(ENTRY_OPTION_RULES.staleMs), {}),
  softTimeoutMs: setting(ruled(ENTRY_OPTION_RULES.softTimeoutMs), {}),
  hardTimeoutMs: setting(ruled(ENTRY_OPTION_RULES.hardTimeoutMs), {}),
  refreshAheadRatio: setting(ruled(ENTRY_OPTION_RULES.refreshAheadRatio), {}),
  memoryTtlMs: setting(ruled(ENTRY_OPTION_RULES.memoryTtlMs), {}),
  tags: setting(ruled<EntryOptions['tags']>(ENTRY_OPTION_RULES.tags), {}),
  tiers: setting(ruled<EntryOptions['tiers']>(ENTRY_OPTION_RULES.tiers), {}),
  lock: setting(ruled<boolean>(ENTRY_OPTION_RULES.lock), {}),
} satisfies Record<Exclude<keyof EntryOptions, 'ttlMs'>, unknown>;

/** Every option of `CacheModule.forRoot`, and the variable from which the service takes it. */
export const CACHE_SETTINGS = {
  /** Whether the memory tier is used. Default true. */
  memory: setting(FLAG, {
    default: true,
    variable: 'ENABLE_MEMORY_CACHE',
    help: 'whether the memory tier of the cache is used',
  }),
  /** Whether the Redis tier is used, where Redis is configured. Default true. */
  redis: setting(FLAG, {
    default: true,
    variable: 'ENABLE_REDIS_CACHE',
    help: 'whether the Redis tier of the cache is used (it also needs REDIS_URL)',
  }),
  /** How long an entry lives if the call does not set it. Default an hour. */
  ttlMs: setting(ruled(MILLISECONDS), {
    default: DEFAULT_ENTRY_OPTIONS.ttlMs,
    variable: inSeconds('CACHE_TTL_SECONDS', 1),
    help: 'how long an entry lives where the code says nothing',
  }),
  /** Keys, values and overhead of the memory tier; at least 1 MB. Default 64 MB. */
  memoryLimitBytes: setting(
    kindOf<number>(
      `a number of bytes from ${MEGABYTE} (1 MB; without memory: false) to ${1_000_000 * MEGABYTE}`,
      (value) => typeof value === 'number' && value >= MEGABYTE && value <= 1_000_000 * MEGABYTE,
    ),
    {
      default: 64 * MEGABYTE,
      variable: inMegabytes('CACHE_MEMORY_LIMIT_MB', 1, 1_000_000),
      help: 'keys, values and overhead of the memory tier',
    },
  ),
  /**
   * What every key in Redis begins with, so that other applications can use the same one: 1 to 32 letters,
   * digits, dots, dashes or underscores. Default `pg-` and the application's name, that of its package.
   */
  // Braces would move the hash tag of a Redis Cluster.
  prefix: setting(textLike('1 to 32 letters, digits, dots, dashes or underscores', /^[A-Za-z0-9._-]{1,32}$/), {
    default: defaultKeyPrefix(),
    variable: 'CACHE_PREFIX',
    help: 'what every key of ours in Redis begins with; without it pg- and the name of the package',
  }),
  /** How long all steps of one call together may wait for Redis. Default 100. */
  redisTimeoutMs: setting(ruled(POSITIVE_TIMER), {
    default: 100,
    variable: { name: 'CACHE_REDIS_TIMEOUT_MS', kind: milliseconds(1) },
    help: 'what one step of the Redis tier may take',
  }),
  /** The options that every call starts from. */
  defaults: DEFAULTS,
  /** How long after a failed load callers get its error instead of a new load. Default 250. */
  failureBackoffMs: setting(ruled(TIMER), { default: 250 }),
  /** How long memory is served after Redis or the bus was lost. Default 5,000. */
  staleWithoutBusMs: setting(ruled(TIMER), { default: 5_000 }),
  /** What happens to instances of classes. Default `plain`. */
  classInstances: setting(ruled<ClassInstances>(CLASS_INSTANCES), { default: 'plain' }),
  /** How long a process that died while loading keeps others from loading. Default 5,000. */
  lockLeaseMs: setting(ruled(WHOLE_TIMER), { default: 5_000 }),
  /**
   * How long a call waits for a load of another process before it loads itself. Default the smaller of a second and ten
   * times what loads of the namespace take (their 95th percentile), at least `redisTimeoutMs`.
   */
  lockTimeoutMs: setting(ruled(POSITIVE_TIMER), {}),
  /** Values of at least this many bytes are compressed in Redis. Default 8,192. */
  compressionThresholdBytes: setting(ruled(BYTES), { default: 8_192 }),
  /** How large a compressed value may become. Default 64 MB. */
  maxDecompressedBytes: setting(ruled(BYTES), { default: 64 * MEGABYTE }),
  /** Whether the application waits for the first round of warmers (at most 30 s) before it listens. Default false. */
  warmBeforeReady: setting(FLAG, { default: false }),
  /** Over how many hash slots a namespace is spread; the same in all processes. Default 1, in a Redis Cluster 16. */
  shards: setting(ruled(COUNT), {}),
};
