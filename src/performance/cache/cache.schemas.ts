import { z } from 'zod';
import { boundedText } from '../../common/bounded-text';
import { REMOVAL_REASONS } from '../../cache';
import { NAMESPACE_PATTERN } from '../../cache/internal';
import { BREAKER_STATES } from '../../pools';

const MAX_NAMES = 1_000;
const key = boundedText(4_096, 1);
const namespaceName = boundedText(100).regex(NAMESPACE_PATTERN).meta({ description: 'a namespace of the cache' });
const namespace = namespaceName.default('default');
const tier = z.enum(['memory', 'redis']).default('memory').meta({
  description: 'memory: what this copy of the service holds; redis: what all share',
});

/** What the cursors of each tier look like. */
const CURSORS = { memory: /^\d{1,10}$/, redis: /^\d{1,4}\.\d{1,4}\.\d{1,20}$/ };

export const entriesQuery = z
  .strictObject({
    namespace,
    tier,
    prefix: boundedText(4_096).default(''),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(100)
      .meta({ description: 'entries of a page: at most in memory, about as many in redis' }),
    cursor: boundedText(64).optional().meta({ description: 'as answered by the page before' }),
  })
  .refine((query) => query.cursor === undefined || CURSORS[query.tier].test(query.cursor), {
    path: ['cursor'],
    message: 'not the cursor that a page of this tier answered',
  });
export type EntriesQuery = z.infer<typeof entriesQuery>;

export const entryQuery = z.strictObject({ namespace, tier });
export type EntryQuery = z.infer<typeof entryQuery>;

export const entryParams = z.strictObject({ key });
export type EntryParams = z.infer<typeof entryParams>;

export const deleteEntryQuery = z.strictObject({ namespace });
export type DeleteEntryQuery = z.infer<typeof deleteEntryQuery>;

export const invalidateBody = z
  .strictObject({
    keys: z.array(key).min(1).max(MAX_NAMES).optional(),
    tags: z.array(boundedText(1_024, 1)).min(1).max(MAX_NAMES).optional(),
    prefix: boundedText(4_096, 1).optional(),
    all: z.literal(true).optional(),
    namespace: namespaceName.optional().meta({
      description: 'keys and prefix: where they are (default: default); tags and all: only there instead of everywhere',
    }),
  })
  .refine(({ keys, tags, prefix, all }) => [keys, tags, prefix, all].filter((one) => one !== undefined).length === 1, {
    message: 'send exactly one of keys, tags, prefix and all',
  })
  .meta({ id: 'CacheInvalidation', example: { prefix: 'user:' } });
export type InvalidateBody = z.infer<typeof invalidateBody>;

export const warmBody = z
  .strictObject({ warmers: z.array(boundedText(100, 1)).min(1).max(100).optional() })
  .default({})
  .meta({ id: 'CacheWarmUp', description: 'which warmers to run; all of them by default' });
export type WarmBody = z.infer<typeof warmBody>;

const count = z.number().nonnegative();
const ms = z.number().nonnegative();
const latency = z
  .object({ count, meanMs: ms, p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms })
  .meta({ id: 'CacheLatency' });
const lookups = { hits: count, misses: count, hitRate: z.number().min(0).max(1), puts: count };

const namespaceStats = z
  .object({
    name: z.string(),
    memory: z.object({
      ...lookups,
      entries: count,
      bytes: count,
      tooLarge: count,
      removals: z.record(z.enum(REMOVAL_REASONS), count),
      evictionWindow: z.number().min(0).max(1),
    }),
    redis: z
      .object({
        ...lookups,
        undecodable: count,
        refused: count,
        lockWaits: count,
        lockWaitTime: latency,
        lockTimeouts: count,
      })
      .nullable(),
    staleServed: count,
    loads: count,
    loadFailures: count,
    loadTime: latency,
    coalesced: count,
    fenced: count,
    refreshesAhead: count,
    backoffs: count,
  })
  .meta({ id: 'CacheNamespace' });

const warmer = z
  .object({
    name: z.string(),
    cron: z.string().nullable(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    done: count,
    failed: count,
    total: count,
    durationMs: ms.nullable(),
    error: z.string().nullable(),
    itemError: z.string().nullable(),
  })
  .meta({ id: 'CacheWarmer' });
export type WarmerResponse = z.infer<typeof warmer>;

export const cacheResponse = z
  .object({
    instance: z.string().meta({ description: 'the copy whose figures these are' }),
    memory: z.object({ enabled: z.boolean(), entries: count, bytes: count, limitBytes: count }),
    redis: z
      .object({
        breaker: z.enum(BREAKER_STATES),
        bus: z.enum(['connecting', 'up', 'lost']),
        busMessages: count,
        busGarbage: count,
        busLosses: count,
        latency,
        queuedRecoveries: count,
        missing: z.array(
          z.object({
            what: z.string(),
            severity: z.enum(['unusable', 'degraded', 'slower']),
            effect: z.string(),
            remedy: z.string(),
          }),
        ),
      })
      .nullable(),
    namespaces: z.array(namespaceStats),
    hottest: z.array(z.object({ namespace: z.string(), key: z.string(), hits: count })),
    warmers: z.array(warmer),
  })
  .meta({ id: 'Cache' });
export type CacheResponse = z.infer<typeof cacheResponse>;

const nullableMs = z.number().nullable();
const entryFields = {
  key: z.string(),
  namespace: z.string(),
  bytes: count,
  tags: z.array(z.string()),
  freshMs: nullableMs.meta({ description: 'negative once stale; null for ever or unknown' }),
  servableMs: nullableMs,
  ageMs: nullableMs,
  idleMs: nullableMs,
};
export const entriesResponse = z
  .object({ entries: z.array(z.object(entryFields).meta({ id: 'CacheEntry' })), cursor: z.string().nullable() })
  .meta({ id: 'CacheEntries' });
export type EntriesResponse = z.infer<typeof entriesResponse>;

export const entryResponse = z
  .object({ ...entryFields, value: z.unknown().optional().meta({ description: 'only for admin tokens' }) })
  .meta({ id: 'CacheEntryDetails' });
export type EntryResponse = z.infer<typeof entryResponse>;

export const invalidatedResponse = z
  .object({
    removed: count.meta({ description: 'entries the memory of this copy lost' }),
    scope: z.enum(['memory', 'queued', 'redis', 'all']).meta({
      description:
        'all: also invalidated, without being counted, in Redis and in every other copy; memory: there is none; ' +
        'redis: this copy may not publish, so others keep what their memory has; ' +
        'queued: Redis does not answer and gets it before it is read again',
    }),
  })
  .meta({ id: 'CacheInvalidated' });
export type InvalidatedResponse = z.infer<typeof invalidatedResponse>;

export const warmersResponse = z.object({ warmers: z.array(warmer) }).meta({ id: 'CacheWarmers' });
export type WarmersResponse = z.infer<typeof warmersResponse>;
