import type { CacheStats, WarmerState } from '../../cache';
import type { EntryFacts, EntryPage, HotKey } from '../../cache/internal';
import type { CacheResponse, EntriesResponse, WarmerResponse } from './cache.schemas';

/** Both tiers, every namespace, the hottest keys and the warmers, as they are answered. */
export function cacheView(
  { memory, redis, namespaces }: CacheStats,
  hottest: readonly HotKey[],
  warmers: readonly WarmerState[],
  instance: string,
): CacheResponse {
  return {
    instance,
    memory,
    redis: redis === undefined ? null : { ...redis, missing: [...redis.missing] },
    namespaces: namespaces.map((one) => ({ ...one, redis: one.redis ?? null })),
    hottest: [...hottest],
    warmers: warmers.map(warmerView),
  };
}

/** How far a warmer is; null: it has no schedule, has not run or did not fail. */
export function warmerView({ cron, durationMs, error, itemError, ...rest }: WarmerState): WarmerResponse {
  return {
    ...rest,
    cron: cron ?? null,
    durationMs: durationMs ?? null,
    error: error ?? null,
    itemError: itemError ?? null,
  };
}

/** A page of entries; without a cursor it is the last one. */
export function entriesView({ entries, cursor }: EntryPage): EntriesResponse {
  return { entries: entries.map(entryView), cursor: cursor ?? null };
}

/** One entry, with its value where the reader may have it. */
export function entryView<T extends EntryFacts>({ tags, freshMs, servableMs, ageMs, idleMs, ...rest }: T) {
  return {
    ...rest,
    tags: [...tags],
    freshMs: freshMs ?? null,
    servableMs: servableMs ?? null,
    ageMs: ageMs ?? null,
    idleMs: idleMs ?? null,
  };
}
