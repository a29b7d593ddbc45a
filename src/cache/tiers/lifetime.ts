import type { ResolvedEntryOptions } from '../options/entry.options';

/** When an entry stops being fresh, and until when it may be served stale, in ms of the cache's time. */
export interface Lifetime {
  readonly expiresAt: number;
  readonly staleUntil: number;
  /** From when on a hit refreshes it in the background; `expiresAt` where that is not wanted. */
  readonly refreshAt: number;
}

/** The life of a value stored at `now`, for `ttlMs` if its loader said so. */
export function lifetimeOf(options: ResolvedEntryOptions, now: number, ttlMs = options.ttlMs): Lifetime {
  const lastsMs = options.jitter === 0 ? ttlMs : ttlMs * (1 - options.jitter * Math.random());
  const expiresAt = now + lastsMs;
  const { refreshAheadRatio } = options;
  return {
    expiresAt,
    staleUntil: expiresAt + options.staleMs,
    refreshAt: refreshAheadRatio === undefined ? expiresAt : now + lastsMs * refreshAheadRatio,
  };
}
