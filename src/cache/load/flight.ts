import type { Cacheable } from '../values/cacheable.value';

/** The one load of a key that is under way in this process. */
export interface Flight {
  /** The value, or the stale one where loading failed and there is one; else it rejects with the failure. */
  readonly outcome: Promise<Cacheable>;
  /** The tags its value will carry, as far as they are known. */
  readonly tags: readonly string[];
  /** Calls back once there is a stale value to serve, at once if there is one. */
  whenStale(listener: (stale: Cacheable) => void): void;
  isStale(answer: Cacheable): boolean;
}
