import type { ResolvedEntryOptions } from '../options/entry.options';

/** When an entry stops being fresh, and until when it may be served stale, in ms of the cache's time. */
export interface Lifetime {
  readonly expiresAt: number;
  readonly staleUntil: number;
  /** From this time on a hit refreshes it in the background; equal to `expiresAt` without refreshing ahead. */
  readonly refreshAt: number;
}

/** The lifetime of a value stored at `now`; `ttlMs` and `refreshAheadRatio` are those of the options unless the loader has set them. */
export function lifetimeOf(
  options: ResolvedEntryOptions,
  now: number,
  ttlMs = options.ttlMs,
  refreshAheadRatio = options.refreshAheadRatio,
): Lifetime {
  const freshMs = options.jitter === 0 ? ttlMs : ttlMs * (1 - options.jitter * Math.random());
  const expiresAt = now + freshMs;
  return {
    expiresAt,
    staleUntil: expiresAt + options.staleMs,
    refreshAt: refreshAheadRatio === undefined ? expiresAt : now + freshMs * refreshAheadRatio,
  };
}

/** The same lifetime, but fresh until `until` at the longest; it may be served stale for as long after that. */
export function endingBy(life: Lifetime, until: number): Lifetime {
  if (life.expiresAt <= until) return life;
  const staleMs = life.staleUntil === life.expiresAt ? 0 : life.staleUntil - life.expiresAt;
  return { expiresAt: until, staleUntil: until + staleMs, refreshAt: Math.min(life.refreshAt, until) };
}
