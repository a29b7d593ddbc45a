import { DomainError } from '../common/errors/domain-error';

/** A load did not settle within its `hardTimeoutMs`; its signal was aborted. */
export class CacheLoadTimeoutError extends DomainError {
  readonly code = 'CACHE_LOAD_TIMEOUT';
  constructor(
    readonly key: string,
    readonly timeoutMs: number,
  ) {
    super(`loading the cache key "${key}" took longer than ${timeoutMs} ms; raise hardTimeoutMs or make it faster`);
  }
  override get detail(): string {
    return `The value was not ready within ${this.timeoutMs} ms.`;
  }
}

/** A value holds something that cannot be kept as data: a function, a symbol, a cycle, an object with hidden state. */
export class CacheValueError extends DomainError {
  readonly code = 'CACHE_VALUE_UNSUPPORTED';
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(`the value to cache holds ${problem} at ${path}; cache plain data, or return undefined to not cache it`);
  }
}

/** What a key was to be made of, with `cacheKey` or by `@Cached()`, is not data that can be told apart. */
export class CacheKeyError extends DomainError {
  readonly code = 'CACHE_KEY_UNSUPPORTED';
  /** `place` is the decorated method, where it is one: the stack does not show it. */
  constructor(
    readonly problem: string,
    place?: string,
  ) {
    const where = place === undefined ? '' : `${place}: `;
    super(`${where}a cache key cannot be made of ${problem}; use plain data, or give @Cached() a function as key`);
  }
}

/** More namespaces than the cache allows; names must come from a closed set, never from user input. */
export class CacheNamespaceLimitError extends DomainError {
  readonly code = 'CACHE_NAMESPACE_LIMIT';
  constructor(
    readonly namespace: string,
    readonly limit: number,
  ) {
    super(`the cache namespace "${namespace}" would be one more than ${limit}; use fixed names and put ids into keys`);
  }
}

const NAMES_SHOWN = 20;

/** A namespace asked for over HTTP is none this process has, nor any other that uses the same Redis. */
export class CacheNamespaceUnknownError extends DomainError {
  readonly code = 'CACHE_NAMESPACE_UNKNOWN';
  constructor(
    readonly namespace: string,
    readonly known: readonly string[],
  ) {
    super(`there is no cache namespace "${namespace}"; it is known from its first use on`);
  }
  override get detail(): string {
    const more = this.known.length - NAMES_SHOWN;
    const names = this.known.slice(0, NAMES_SHOWN).join(', ');
    return `The namespace "${this.namespace}" does not exist; this copy has ${names}${more > 0 ? ` and ${more} more` : ''}.`;
  }
}

/** A namespace's name, or an option, is not what it has to be. */
export class CacheOptionError extends DomainError {
  readonly code = 'CACHE_OPTION_INVALID';
}

/** A warmer asked for by name does not exist. */
export class CacheWarmerUnknownError extends DomainError {
  readonly code = 'CACHE_WARMER_UNKNOWN';
  constructor(readonly warmer: string) {
    super(`there is no cache warmer "${warmer}"; declare it with @CacheWarmer({ name })`);
  }
  override get detail(): string {
    return `No cache warmer is named "${this.warmer}"; GET /performance/cache lists them.`;
  }
}

/** A key asked for over HTTP has no entry in the tier asked for: this process's memory, or Redis. */
export class CacheEntryUnknownError extends DomainError {
  readonly code = 'CACHE_ENTRY_UNKNOWN';
  constructor(readonly key: string) {
    super(`the key "${key}" has no entry in the tier asked for`);
  }
  override get detail(): string {
    return 'The tier asked for holds no entry with that key.';
  }
}

/** Only the Redis tier could tell, and it is switched off, not configured, or does not answer in time. */
export class CacheTierUnavailableError extends DomainError {
  readonly code = 'CACHE_TIER_UNAVAILABLE';
  constructor(why: string, options?: ErrorOptions) {
    super(`the Redis tier of the cache cannot answer: ${why}`, options);
  }
  override get detail(): string {
    return 'The Redis tier of the cache cannot answer now.';
  }
}
