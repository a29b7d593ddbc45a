import type { Cacheable } from '../values/cacheable.value';

/** An expired value that may still be served, with the tags that can invalidate it. */
export interface StaleValue {
  readonly stored: Cacheable;
  readonly tags: readonly string[];
}

/** The one load of a key that is under way in this process. */
export interface Flight {
  /** The value, or the stale one where loading failed and there is one; else it rejects with the failure. */
  readonly outcome: Promise<Cacheable>;
  /** The tags its value will carry, as far as they are known. */
  readonly tags: readonly string[];
  /** Calls back once there is a stale value to serve, at once if there is one. */
  whenStale(listener: (stale: Cacheable) => void): void;
  /** Whether the stale value has been invalidated meanwhile: nobody may be given it any more. */
  isStaleOver(): boolean;
  isStale(answer: Cacheable): boolean;
  /**
   * Whether the outcome may be older than an invalidation that was made before `askedAt` (of the namespace's log): who
   * joined after it must not be given that value. Ask once there is an outcome.
   */
  isTooOldFor(askedAt: number): boolean;
}
