import { DomainError } from '../common/errors/domain-error';
import { defineError } from '../common/errors/error-definition';
import { ModuleOptionsError } from '../common/settings/settings.errors';
import type { PoolLimits } from './pool';
import { type LimitOptions, poolsOption, type PoolsOptionPath } from './pools-option';

/** How full a pool was when it refused a caller. */
export interface PoolOccupancy {
  readonly inUse: number;
  readonly idle: number;
  readonly connecting: number;
  readonly waiting: number;
  readonly max: number;
  /** How long the oldest current lease has been out. */
  readonly longestUseMs: number;
}

const describe = ({ inUse, idle, connecting, waiting, max, longestUseMs }: PoolOccupancy) =>
  `${inUse} of ${max} in use (the longest for ${Math.round(longestUseMs)} ms), ${idle} idle, ` +
  `${connecting} connecting, ${waiting} waiting`;

const POOL_ACQUIRE_TIMEOUT = defineError('POOL_ACQUIRE_TIMEOUT', {
  status: 503,
  title: 'No connection became free in time',
  remedy: 'Try again after Retry-After; if it persists, raise the max of the pool or look for leases held too long.',
});

/** No connection became free, or could be opened, in the time that the caller may wait. */
export class PoolAcquireTimeoutError extends DomainError {
  constructor(
    readonly pool: string,
    readonly waitedMs: number,
    readonly occupancy: PoolOccupancy,
    options: LimitOptions,
    connectError?: unknown,
  ) {
    const cure =
      connectError === undefined
        ? `Return leases sooner, raise ${poolsOption(options.max)}, or let callers wait longer with ${poolsOption('acquireTimeoutMs')}.`
        : `The last attempt to connect failed (${messageOf(connectError)}): see whether ${poolsOption(options.url)} is right and its server runs.`;
    super(
      POOL_ACQUIRE_TIMEOUT,
      `Pool "${pool}" had no connection to lend within ${Math.round(waitedMs)} ms: ${describe(occupancy)}. ${cure}`,
      { cause: connectError },
    );
  }
  override get detail() {
    return `The pool "${this.pool}" had nothing free within ${Math.round(this.waitedMs)} ms.`;
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

const POOL_QUEUE_FULL = defineError('POOL_QUEUE_FULL', {
  status: 503,
  title: 'Too many callers wait for a connection',
  remedy:
    'Try again after Retry-After; if it persists, raise the max of the pool or PoolsModule.forRoot({ maxWaiting }).',
});

/** As many callers wait as are allowed, so this one was refused at once. */
export class PoolQueueFullError extends DomainError {
  constructor(
    readonly pool: string,
    readonly maxWaiting: number,
    readonly occupancy: PoolOccupancy,
    options: LimitOptions,
  ) {
    super(
      POOL_QUEUE_FULL,
      `Pool "${pool}" refuses to queue another caller, ${maxWaiting} may wait: ${describe(occupancy)}. ` +
        `Return leases sooner, raise ${poolsOption(options.max)}, or let more callers wait with ${poolsOption('maxWaiting')}.`,
    );
  }
  override get detail() {
    return `Too many callers wait for the pool "${this.pool}".`;
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

const POOL_BREAKER_OPEN = defineError('POOL_BREAKER_OPEN', {
  status: 503,
  title: 'The server behind a pool keeps failing',
  remedy: 'Try again after Retry-After; see GET /performance/pools for what it answered last.',
});

/** The server keeps failing, so it gets no calls for a while. */
export class PoolBreakerOpenError extends DomainError {
  constructor(
    readonly pool: string,
    readonly endpoint: string,
    readonly retryAfterMs: number,
    cause?: unknown,
  ) {
    super(
      POOL_BREAKER_OPEN,
      `Pool "${pool}" asks nothing of ${endpoint} ${pauseOf(retryAfterMs)}, since it keeps failing` +
        (cause === undefined ? '.' : `, last with: ${messageOf(cause)}`),
      { cause },
    );
  }
  override get detail() {
    return `The server behind the pool "${this.pool}" keeps failing.`;
  }
  override get retryAfterSeconds() {
    return Math.max(1, Math.ceil(this.retryAfterMs / 1_000));
  }
}

/** After the pause one call is tried; the others are refused until it has ended. */
const pauseOf = (retryAfterMs: number) =>
  retryAfterMs > 0 ? `for another ${Math.ceil(retryAfterMs)} ms` : 'until the trial that is under way has ended';

const POOL_CLOSED = defineError('POOL_CLOSED', {
  status: 503,
  title: 'The pool is closing',
  remedy: 'The service is shutting down: ask another copy, or again after Retry-After.',
});

/** The pool is being drained at shutdown. */
export class PoolClosedError extends DomainError {
  constructor(readonly pool: string) {
    super(POOL_CLOSED, `Pool "${pool}" is closing and lends nothing any more; acquire before the shutdown begins.`);
  }
  override get detail() {
    return 'The service is shutting down.';
  }
  override get retryAfterSeconds() {
    return 5;
  }
}

const POOL_NOT_CONFIGURED = defineError('POOL_NOT_CONFIGURED', {
  status: 503,
  title: 'The pool is not configured',
  remedy:
    'Set the URL of its server: PoolsModule.forRoot({ postgres: { url } }), PoolsModule.forRoot({ redis: { url } }), ' +
    'PoolsModule.forRoot({ http: { upstreams } }) or PoolsModule.forRoot({ qdrant: { url } }).',
});

/** The pool has no URL. */
export class PoolNotConfiguredError extends DomainError {
  constructor(
    readonly pool: string,
    /** What to set: `redis.url`. */
    readonly option: PoolsOptionPath,
  ) {
    super(POOL_NOT_CONFIGURED, `Pool "${pool}" is not configured: set ${poolsOption(option)}.`);
  }
  override get detail() {
    return `The pool "${this.pool}" is not configured.`;
  }
}

const POOL_UNKNOWN = defineError('POOL_UNKNOWN', {
  status: 404,
  title: 'There is no pool of that name',
  remedy: 'GET /performance/pools lists the names.',
});

/** No pool has this name. */
export class PoolUnknownError extends DomainError {
  constructor(
    readonly pool: string,
    readonly known: readonly string[],
  ) {
    super(POOL_UNKNOWN, `No pool is named "${pool}"; there are: ${known.join(', ')}.`);
  }
  override get detail() {
    return this.message;
  }
}

const POOL_WITHOUT_STATEMENTS = defineError('POOL_WITHOUT_STATEMENTS', {
  status: 404,
  title: 'This pool has no figures of statements',
  remedy: 'Ask for a pool of the kind postgres; GET /performance/pools lists them.',
});

/** Statements are measured by pools of PostgreSQL. */
export class PoolWithoutStatementsError extends DomainError {
  constructor(readonly pool: string) {
    super(POOL_WITHOUT_STATEMENTS, `Pool "${pool}" runs no SQL, so it has no figures of statements.`);
  }
  override get detail() {
    return this.message;
  }
}

const POOL_LIMITS_INVALID = defineError('POOL_LIMITS_INVALID', {
  status: 422,
  title: 'These limits make no pool',
  remedy: 'Send whole numbers with 0 <= min <= max and max >= 1.',
});

/** The new limits are not valid; the pool keeps the old ones. */
export class PoolLimitsError extends DomainError {
  constructor(
    readonly pool: string,
    readonly limits: PoolLimits,
    what: string,
  ) {
    super(POOL_LIMITS_INVALID, `Pool "${pool}" cannot have min ${limits.min} and max ${limits.max}: ${what}.`);
  }
  override get detail() {
    return this.message;
  }
}

const POOL_LEASE_RELEASED = defineError('POOL_LEASE_RELEASED', {
  status: 500,
  title: 'A connection was used after it had been given back',
  remedy: 'Await everything that uses a lease before it is released, and release it once.',
});

/** A lease was used, or released, after it had been given back. */
export class LeaseReleasedError extends DomainError {
  constructor(
    readonly pool: string,
    readonly attempted: string,
  ) {
    super(
      POOL_LEASE_RELEASED,
      `A lease of pool "${pool}" was given back already, ${attempted} came too late. Somebody else may have the ` +
        'connection by now: await everything that uses a lease before it is released, and release it once.',
    );
  }
}

/** Options of `PoolsModule.forRoot` that cannot be right; nothing is started. Secret values stay out. */
export class PoolsOptionsError extends ModuleOptionsError {
  constructor(problems: readonly string[]) {
    super('PoolsModule.forRoot()', problems);
  }
}

/** The message of a thrown value of any type. */
const POOL_CREDENTIALS = defineError('POOL_CREDENTIALS', {
  status: 503,
  title: 'The function that gives credentials for a server gave none',
  remedy: 'See the cause in the log: the service that keeps the passwords or tokens may be away or refuse this one.',
});

/** The function of a `credentials` option failed, took too long or gave no password. */
export class PoolCredentialsError extends DomainError {
  constructor(cause: unknown) {
    super(POOL_CREDENTIALS, `The function for credentials gave none: ${messageOf(cause)}`, { cause });
  }
  override get detail() {
    return 'The credentials for a server cannot be had.';
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
