import { DomainError } from '../../common/errors/domain-error';
import { messageOf } from '../pools.errors';

/** A command was not answered in its time; the server may or may not have run it. */
export class RedisTimeoutError extends DomainError {
  readonly code = 'REDIS_TIMEOUT';
  constructor(
    /** The command; its arguments stay out, they may be secret. */
    readonly command: string,
    readonly timeoutMs: number,
    what: string,
  ) {
    super(`Redis command "${command}" gave up after ${timeoutMs} ms, ${what}; the server may or may not have run it.`);
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

/** The command was sent and its connection closed before the answer: it was applied once or not at all. */
export class RedisConnectionLostError extends DomainError {
  readonly code = 'REDIS_CONNECTION_LOST';
  constructor(options?: ErrorOptions) {
    super(
      'The connection to Redis closed before the answer came; it was not sent again, which might apply it twice.',
      options,
    );
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

/** The database the URL names is not to be had, so the connection is not used: it would be in database 0. */
export class RedisDatabaseRefusedError extends Error {
  constructor(
    readonly database: number,
    cause: Error,
  ) {
    super(`database ${database} was refused (${cause.message})`, { cause });
    this.name = 'RedisDatabaseRefusedError';
  }
}

/** The connection there was has closed; another is being opened. */
export class RedisConnectionClosedError extends Error {
  constructor() {
    super('the connection closed');
    this.name = 'RedisConnectionClosedError';
  }
}

/** There is no usable connection, and the command was not sent. */
export class RedisUnavailableError extends DomainError {
  readonly code = 'REDIS_UNAVAILABLE';
  constructor(cause: unknown) {
    const reason = messageOf(cause).replace(/\.+$/, '');
    super(`Redis cannot be used: ${reason}. ${cureFor(cause)}`, { cause });
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

function cureFor(cause: unknown): string {
  if (cause instanceof RedisDatabaseRefusedError) {
    return 'The path of REDIS_URL has to be the number of a database the server has and the account may use.';
  }
  if (cause instanceof RedisConnectionClosedError) {
    return 'It is opened again: see whether Redis has ended, or what lies between has cut it.';
  }
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED')
    return 'Nothing listens there: see whether Redis runs and REDIS_URL names its host and port.';
  return 'See whether REDIS_URL is right, password included.';
}

/** A command that blocks or changes its connection was sent over the one all callers share. */
export class RedisCommandRefusedError extends DomainError {
  readonly code = 'REDIS_COMMAND_REFUSED';
  constructor(readonly command: string) {
    super(
      `Redis command "${command}" blocks or changes its connection, which all callers share here; ` +
        'call it on a connection of your own: pools.redis.use((connection) => …). To subscribe: pools.redis.subscriber.',
    );
  }
}

/** `REDIS_MAX_CONNECTIONS` leaves no connection for what was asked. */
export class RedisConnectionsTooFewError extends DomainError {
  readonly code = 'REDIS_CONNECTIONS_TOO_FEW';
  constructor(
    readonly wanted: 'a subscriber' | 'a connection of its own',
    readonly maxConnections: number,
    readonly needed: number,
  ) {
    super(
      `Redis has no connection left for ${wanted}: REDIS_MAX_CONNECTIONS is ${maxConnections}, ` +
        `set it to at least ${needed} (one is for commands, one for the subscriber, the rest are lent).`,
    );
  }
}
