import type { Cacheable } from '../values/cacheable-value';

/** An expired value that may still be served, with the tags that can invalidate it. */
export interface StaleValue {
  readonly stored: Cacheable;
  readonly tags: readonly string[];
  /** No call that starts at this time of the cache or later may get it. */
  readonly staleUntil: number;
}

/** A caller that waits for a flight. It is called directly, because a promise would make a hit in Redis slower. */
export interface Waiter {
  /** When its call started, in ms of the cache's time. */
  readonly startedAt: number;
  /** There is a stale value that may be served while the flight goes on. Called at most once. */
  staleFound(stale: Cacheable): void;
  /** The flight has ended with a value: the loaded one, or the stale one if loading failed. */
  landed(stored: Cacheable): void;
  failed(error: unknown): void;
}

/** The one load of a key under way in this process ("single flight"); further callers join it. */
export interface Flight {
  /** The tags its value will carry, as far as they are known. */
  readonly tags: readonly string[];
  /** The waiter is called until the flight ends, with `landed` or `failed`. */
  join(waiter: Waiter): void;
  /** Whether the stale value has been invalidated since the start: then it may not be served any more. */
  isStaleInvalidated(): boolean;
  /** Whether the answer is the stale value. */
  isStale(answer: Cacheable): boolean;
  /**
   * Whether the outcome may be older than an invalidation made before `askedAt` (a time of the namespace's log). A caller
   * that joined after that invalidation must not be given this value. Only known once the flight has ended.
   */
  isOutdatedFor(askedAt: number): boolean;
}
