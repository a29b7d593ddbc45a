import { DomainError } from '../common/errors/domain-error';
import { defineError } from '../common/errors/error-definition';
import { optionName } from '../common/settings/option-names';

const CACHE_LOAD_TIMEOUT = defineError('CACHE_LOAD_TIMEOUT', {
  status: 504,
  title: 'A value was not loaded in time',
  remedy: 'Try again; if it lasts, make the load faster or raise hardTimeoutMs.',
});

/** A load did not settle within its `hardTimeoutMs`; its signal was aborted. */
export class CacheLoadTimeoutError extends DomainError {
  constructor(
    readonly key: string,
    readonly timeoutMs: number,
  ) {
    super(
      CACHE_LOAD_TIMEOUT,
      `loading the cache key "${key}" took longer than ${timeoutMs} ms; raise hardTimeoutMs or make it faster`,
    );
  }
  override get detail(): string {
    return `The value was not ready within ${this.timeoutMs} ms.`;
  }
}

const CACHE_VALUE_UNSUPPORTED = defineError('CACHE_VALUE_UNSUPPORTED', {
  status: 500,
  title: 'A value cannot be cached',
  remedy: 'Cache plain data; the message names the part that is not.',
});

/** A value holds something that cannot be kept as data: a function, a symbol, a cycle, an object with hidden state. */
export class CacheValueError extends DomainError {
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(
      CACHE_VALUE_UNSUPPORTED,
      `the value to cache holds ${problem} at ${path}; cache plain data, or return undefined to not cache it`,
    );
  }
}

const CACHE_KEY_UNSUPPORTED = defineError('CACHE_KEY_UNSUPPORTED', {
  status: 500,
  title: 'A cache key cannot be made of these arguments',
  remedy: 'Use plain data as arguments, or give @Cached() a function as key.',
});

/** A part of a key, given to `cacheKey` or as an argument of a `@Cached()` method, is not data that can be compared. */
export class CacheKeyError extends DomainError {
  /** `place` names the decorated method, if there is one, because the stack does not show it. */
  constructor(
    readonly problem: string,
    place?: string,
  ) {
    const where = place === undefined ? '' : `${place}: `;
    super(
      CACHE_KEY_UNSUPPORTED,
      `${where}a cache key cannot be made of ${problem}; use plain data, or give @Cached() a function as key`,
    );
  }
}

const CACHE_NAMESPACE_LIMIT = defineError('CACHE_NAMESPACE_LIMIT', {
  status: 500,
  title: 'Too many cache namespaces',
  remedy: 'Use a fixed set of namespace names and put ids into keys.',
});

/** More namespaces than the cache allows; names must come from a closed set, never from user input. */
export class CacheNamespaceLimitError extends DomainError {
  constructor(
    readonly namespace: string,
    readonly limit: number,
  ) {
    super(
      CACHE_NAMESPACE_LIMIT,
      `the cache namespace "${namespace}" would be one more than ${limit}; use fixed names and put ids into keys`,
    );
  }
}

const NAMES_SHOWN = 20;

const CACHE_NAMESPACE_UNKNOWN = defineError('CACHE_NAMESPACE_UNKNOWN', {
  status: 404,
  title: 'There is no cache namespace of that name',
  remedy: 'Use one that the detail or GET /performance/cache names; one is known from its first use on.',
});

/** Neither this process nor another one with the same Redis has used the namespace that was asked for over HTTP. */
export class CacheNamespaceUnknownError extends DomainError {
  constructor(
    readonly namespace: string,
    readonly known: readonly string[],
  ) {
    super(CACHE_NAMESPACE_UNKNOWN, `there is no cache namespace "${namespace}"; it is known from its first use on`);
  }
  override get detail(): string {
    const more = this.known.length - NAMES_SHOWN;
    const names = this.known.slice(0, NAMES_SHOWN).join(', ');
    return `The namespace "${this.namespace}" does not exist; this copy has ${names}${more > 0 ? ` and ${more} more` : ''}.`;
  }
}

const CACHE_OPTION_INVALID = defineError('CACHE_OPTION_INVALID', {
  status: 500,
  title: 'A cache option is out of range',
  remedy: 'Correct the option the message names.',
});

/** The name of a namespace, or an option, has a value that is not allowed. */
export class CacheOptionError extends DomainError {
  constructor(message: string, options?: ErrorOptions) {
    super(CACHE_OPTION_INVALID, message, options);
  }
}

const CACHE_WARMER_UNKNOWN = defineError('CACHE_WARMER_UNKNOWN', {
  status: 404,
  title: 'There is no cache warmer of that name',
  remedy: 'Use a name declared with @CacheWarmer, or leave `warmers` out to run all.',
});

/** There is no warmer of that name. */
export class CacheWarmerUnknownError extends DomainError {
  constructor(readonly warmer: string) {
    super(CACHE_WARMER_UNKNOWN, `there is no cache warmer "${warmer}"; declare it with @CacheWarmer({ name })`);
  }
  override get detail(): string {
    return `No cache warmer is named "${this.warmer}"; GET /performance/cache lists them.`;
  }
}

const CACHE_ENTRY_UNKNOWN = defineError('CACHE_ENTRY_UNKNOWN', {
  status: 404,
  title: 'The cache holds no entry with that key',
  remedy: 'List what there is with GET /performance/cache/entries.',
});

/** A key asked for over HTTP has no entry in the tier asked for: this process's memory, or Redis. */
export class CacheEntryUnknownError extends DomainError {
  constructor(readonly key: string) {
    super(CACHE_ENTRY_UNKNOWN, `the key "${key}" has no entry in the tier asked for`);
  }
  override get detail(): string {
    return 'The tier asked for holds no entry with that key.';
  }
}

const CACHE_TIER_MISSING = defineError('CACHE_TIER_MISSING', {
  status: 409,
  title: 'The cache has no Redis tier',
  remedy:
    'Set PoolsModule.forRoot({ redis: { url } }), and leave CacheModule.forRoot({ redis }) on; or ask for tier=memory.',
});

/** The Redis tier was asked for, and there is none. */
export class CacheTierMissingError extends DomainError {
  constructor() {
    super(CACHE_TIER_MISSING, 'the cache has no Redis tier');
  }
  override get detail(): string {
    const [url, on] = [optionName('PoolsModule', 'redis.url'), optionName('CacheModule', 'redis')];
    return `The cache has no Redis tier: ${url} is not set, or ${on} is off.`;
  }
}

const CACHE_INVALIDATION_QUEUED = defineError('CACHE_INVALIDATION_QUEUED', {
  status: 503,
  title: 'An invalidation is not applied everywhere yet',
  remedy:
    'Redis gets it when it is back. Until then other copies may serve what was invalidated: see why Redis is away.',
});

/** A strict invalidation could not be applied everywhere now. It holds in this process, and is queued for Redis. */
export class CacheInvalidationQueuedError extends DomainError {
  constructor(
    /** How many entries the memory of this process lost. */
    readonly removed: number,
    readonly scope: 'queued' | 'redis',
  ) {
    super(
      CACHE_INVALIDATION_QUEUED,
      scope === 'queued'
        ? 'the invalidation holds in this process only, and is queued until Redis is back'
        : 'the invalidation holds in this process and in Redis, but this process may not publish it to others',
    );
  }
}

const CACHE_TIER_UNAVAILABLE = defineError('CACHE_TIER_UNAVAILABLE', {
  status: 503,
  title: 'The Redis tier of the cache cannot answer',
  remedy: 'See whether Redis runs and answers; then try again.',
});

/** Only the Redis tier has the answer, and it does not answer in time. */
export class CacheTierUnavailableError extends DomainError {
  constructor(why: string, options?: ErrorOptions) {
    super(CACHE_TIER_UNAVAILABLE, `the Redis tier of the cache cannot answer: ${why}`, options);
  }
  override get detail(): string {
    return 'The Redis tier of the cache cannot answer now.';
  }
}
