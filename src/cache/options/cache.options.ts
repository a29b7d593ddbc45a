import { CacheOptionError } from '../cache.errors';
import { DEFAULT_ENTRY_OPTIONS, ENTRY_OPTION_RULES, type EntryOptions } from './entry.options';
import { BYTES, checkOptions, COUNT, MILLISECONDS, POSITIVE_MILLISECONDS, SWITCH, type Allowed } from './option-checks';
import { CLASS_INSTANCES, type ClassInstances } from './class-instance-policy';

/** What the cache is made with; everything has a default. */
export interface CacheOptions {
  /** Whether the memory tier is used. Default true. */
  readonly memory?: boolean;
  /** Whether the Redis tier is used, where Redis is configured. Default true. */
  readonly redis?: boolean;
  /** How long an entry lives where the call says nothing. Default an hour. */
  readonly ttlMs?: number;
  /** Keys, values and overhead of the memory tier; at least 1 MB. Default 64 MB. */
  readonly memoryLimitBytes?: number;
  /**
   * What every key in Redis begins with, so that other applications can use the same one: 1 to 32 letters,
   * digits, dots, dashes or underscores. Default `pg`.
   */
  readonly prefix?: string;
  /** What all steps of one call may wait for Redis, together. Default 100. */
  readonly redisTimeoutMs?: number;
  /** The options every call starts from. */
  readonly defaults?: Omit<EntryOptions, 'ttlMs'>;
  /** For how long after a failure its error is given again instead of loading. Default 250. */
  readonly failureBackoffMs?: number;
  /** For how long memory is served after Redis or the bus was lost. Default 5,000. */
  readonly staleWithoutBusMs?: number;
  /** What happens to instances of classes. Default `plain`. */
  readonly classInstances?: ClassInstances;
  /** How long a process that died while loading keeps others from loading. Default 5,000. */
  readonly lockLeaseMs?: number;
  /** From how many bytes on values are compressed in Redis. Default 8,192. */
  readonly compressionThresholdBytes?: number;
  /** What a compressed value may become. Default 64 MB. */
  readonly maxDecompressedBytes?: number;
  /** Whether the application waits for the first round of warmers (at most 30 s) before it listens. Default false. */
  readonly warmBeforeReady?: boolean;
  /** Over how many hash slots a namespace is spread; the same in all processes. Default 1, in a Redis Cluster 16. */
  readonly shards?: number;
}

export type ResolvedCacheOptions = Required<Omit<CacheOptions, 'shards'>> & Pick<CacheOptions, 'shards'>;

const PLACE = 'CacheModule.forRoot()';
// As for CACHE_MEMORY_LIMIT_MB (1 to 1,000,000) and CACHE_PREFIX; braces would move Redis Cluster's hash tag.
const MEGABYTE = 1_048_576;
const MEMORY_LIMIT: Allowed = {
  words: `a number of bytes from ${MEGABYTE} (1 MB; without memory: false) to ${1_000_000 * MEGABYTE}`,
  test: (value) => typeof value === 'number' && value >= MEGABYTE && value <= 1_000_000 * MEGABYTE,
};
const PREFIX: Allowed = {
  words: '1 to 32 letters, digits, dots, dashes or underscores',
  test: (value) => typeof value === 'string' && /^[A-Za-z0-9._-]{1,32}$/.test(value),
};
const { ttlMs: _, ...DEFAULTS_RULES } = ENTRY_OPTION_RULES;

const RULES: Readonly<Record<keyof CacheOptions, Allowed>> = {
  memory: SWITCH,
  redis: SWITCH,
  ttlMs: MILLISECONDS,
  memoryLimitBytes: MEMORY_LIMIT,
  prefix: PREFIX,
  redisTimeoutMs: POSITIVE_MILLISECONDS,
  defaults: { words: 'an object of options', test: (value) => typeof value === 'object' && value !== null },
  failureBackoffMs: MILLISECONDS,
  staleWithoutBusMs: MILLISECONDS,
  classInstances: CLASS_INSTANCES,
  lockLeaseMs: POSITIVE_MILLISECONDS,
  compressionThresholdBytes: BYTES,
  maxDecompressedBytes: BYTES,
  warmBeforeReady: SWITCH,
  shards: COUNT,
};

/**
 * Throws CacheOptionError for what is out of range, unknown or contradicts itself; what is undefined is as if it were
 * absent.
 */
export function resolveCacheOptions(options: CacheOptions): ResolvedCacheOptions {
  checkOptions(options, RULES, PLACE);
  if (options.defaults !== undefined) checkOptions(options.defaults, DEFAULTS_RULES, `${PLACE}, defaults`);
  const resolved = withDefaults(options);
  const { compressionThresholdBytes: from, maxDecompressedBytes: upTo } = resolved;
  if (from > upTo && from !== Number.POSITIVE_INFINITY) {
    throw new CacheOptionError(
      `${PLACE}: maxDecompressedBytes, ${upTo}, must not be below compressionThresholdBytes, ${from}: nothing that is compressed could be read back`,
    );
  }
  return resolved;
}

function withDefaults(options: CacheOptions): ResolvedCacheOptions {
  return {
    memory: options.memory ?? true,
    redis: options.redis ?? true,
    ttlMs: options.ttlMs ?? DEFAULT_ENTRY_OPTIONS.ttlMs,
    memoryLimitBytes: options.memoryLimitBytes ?? 67_108_864,
    prefix: options.prefix ?? 'pg',
    redisTimeoutMs: options.redisTimeoutMs ?? 100,
    defaults: options.defaults ?? {},
    failureBackoffMs: options.failureBackoffMs ?? 250,
    staleWithoutBusMs: options.staleWithoutBusMs ?? 5_000,
    classInstances: options.classInstances ?? 'plain',
    lockLeaseMs: options.lockLeaseMs ?? 5_000,
    compressionThresholdBytes: options.compressionThresholdBytes ?? 8_192,
    maxDecompressedBytes: options.maxDecompressedBytes ?? 67_108_864,
    warmBeforeReady: options.warmBeforeReady ?? false,
    ...(options.shards === undefined ? {} : { shards: options.shards }),
  };
}
