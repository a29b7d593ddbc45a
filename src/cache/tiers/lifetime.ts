import type { ResolvedEntryOptions } from '../options/entry.options';

/** When an entry stops being fresh, and until when it may be served stale, in ms of the cache's time. */
export interface Lifetime {
  readonly expiresAt: number;
  readonly staleUntil: number;
  /** From this time on a hit refreshes it in the background; equal to `expiresAt` without refreshing ahead. */
  readonly refreshAt: number;
}

/** The lifetime of a value stored at `now`; `ttlMs` is that of the options unless the loader has set one. */
export function lifetimeOf(options: ResolvedEntryOptions, now: number, ttlMs = options.ttlMs): Lifetime {
  const freshMs = options.jitter === 0 ? ttlMs : ttlMs * (1 - options.jitter * Math.random());
  const expiresAt = now + freshMs;
  const { refreshAheadRatio } = options;
  return {
    expiresAt,
    staleUntil: expiresAt + options.staleMs,
    refreshAt: refreshAheadRatio === undefined ? expiresAt : now + freshMs * refreshAheadRatio,
  };
}
