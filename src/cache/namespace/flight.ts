import type { Cacheable } from '../values/cacheable-value';

/** An expired value that may still be served, with the tags that can invalidate it. */
export interface StaleValue {
  readonly stored: Cacheable;
  readonly tags: readonly string[];
}

/** Who waits for a flight. Called directly and not by a promise: each turn of waiting is felt in a hit in Redis. */
export interface Waiter {
  /** There is a stale value to serve while the flight goes on. At most once. */
  staleFound(stale: Cacheable): void;
  /** The value, or the stale one where loading failed and there is one. */
  landed(stored: Cacheable): void;
  failed(error: unknown): void;
}

/** The one load of a key that is under way in this process. */
export interface Flight {
  /** The tags its value will carry, as far as they are known. */
  readonly tags: readonly string[];
  /** Has the waiter called until the flight has ended with `landed` or `failed`. */
  join(waiter: Waiter): void;
  /** Whether the stale value has been invalidated meanwhile: nobody may be given it any more. */
  isStaleOver(): boolean;
  isStale(answer: Cacheable): boolean;
  /**
   * Whether the outcome may be older than an invalidation that was made before `askedAt` (of the namespace's log): who
   * joined after it must not be given that value. Ask once there is an outcome.
   */
  isTooOldFor(askedAt: number): boolean;
}
