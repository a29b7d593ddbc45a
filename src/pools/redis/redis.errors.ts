import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';
import { messageOf } from '../pools.errors';
import { type LimitOptions, poolsOption, REDIS_POOL } from '../pools-option';

const REDIS_TIMEOUT = defineError('REDIS_TIMEOUT', {
  status: 504,
  title: 'Redis did not answer in time',
  remedy: 'See GET /performance/pools/redis for the state of the server; look for slow commands with SLOWLOG.',
});

/** A command was not answered in its time; the server may or may not have run it. */
export class RedisTimeoutError extends DomainError {
  constructor(
    /** The command; its arguments stay out, they may be secret. */
    readonly command: string,
    readonly timeoutMs: number,
    what: string,
  ) {
    super(
      REDIS_TIMEOUT,
      `Redis command "${command}" gave up after ${timeoutMs} ms, ${what}; the server may or may not have run it.`,
    );
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

const REDIS_CONNECTION_LOST = defineError('REDIS_CONNECTION_LOST', {
  status: 503,
  title: 'The connection to Redis was lost before the answer came',
  remedy: 'Try again if the command may be applied twice; else find out first whether it was applied.',
});

/** The command was sent and its connection closed before the answer: it was applied once or not at all. */
export class RedisConnectionLostError extends DomainError {
  constructor(options?: ErrorOptions) {
    super(
      REDIS_CONNECTION_LOST,
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

const REDIS_UNAVAILABLE = defineError('REDIS_UNAVAILABLE', {
  status: 503,
  title: 'Redis cannot be reached or refuses the connection',
  remedy:
    'See whether Redis runs and PoolsModule.forRoot({ redis: { url } }) is right, password and database included.',
});

/** There is no usable connection, and the command was not sent. */
export class RedisUnavailableError extends DomainError {
  constructor(cause: unknown, options: LimitOptions = REDIS_POOL.limits) {
    const reason = messageOf(cause);
    const end = reason.endsWith('.') ? '' : '.';
    super(REDIS_UNAVAILABLE, `Redis cannot be used: ${reason}${end} ${cureFor(cause, options)}`, { cause });
  }
  override get retryAfterSeconds() {
    return 1;
  }
}

function cureFor(cause: unknown, options: LimitOptions): string {
  const url = poolsOption(options.url);
  if (cause instanceof RedisDatabaseRefusedError) {
    return `The path of ${url} has to be the number of a database that the server has and the account may use.`;
  }
  if (cause instanceof RedisConnectionClosedError) {
    return 'It is opened again: see whether Redis has ended, or what lies between has cut it.';
  }
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED')
    return `Nothing listens there: see whether Redis runs and ${url} names its host and port.`;
  return `See whether ${url} is right, password included.`;
}

const REDIS_COMMAND_REFUSED = defineError('REDIS_COMMAND_REFUSED', {
  status: 500,
  title: 'The Redis command needs a connection of its own',
  remedy: 'Call it on pools.redis.use((connection) => …), subscriptions on pools.redis.subscriber.',
});

/** A command that blocks or changes its connection was sent over one that all callers share. */
export class RedisCommandRefusedError extends DomainError {
  constructor(
    /** In lower case. */
    readonly command: string,
    why = WHY_REFUSED[command] ?? CHANGES_CONNECTION,
  ) {
    super(REDIS_COMMAND_REFUSED, `Redis command "${command}" ${why}.`);
  }
}

const CHANGES_CONNECTION =
  'blocks or changes its connection, which all callers share here; call it on a connection of your own: ' +
  'pools.redis.use((connection) => …). To subscribe: pools.redis.subscriber';
const TAKES_OVER =
  'makes the server send what answers no command, which no connection of the pool can tell from answers; open a client ' +
  'of your own for it';
const WHY_REFUSED: Readonly<Record<string, string>> = {
  quit: 'would end the connection, which all callers share here; leave it out, the pool ends it when it is drained',
  monitor: TAKES_OVER,
  sync: TAKES_OVER,
  psync: TAKES_OVER,
};

const REDIS_CONNECTIONS_TOO_FEW = defineError('REDIS_CONNECTIONS_TOO_FEW', {
  status: 503,
  title: 'The limit of connections to Redis leaves none for this',
  remedy:
    'Raise PoolsModule.forRoot({ redis: { maxConnections } }): 1 serves commands, 2 a subscriber as well, every ' +
    'further one is lent.',
});

/** `redis.maxConnections` leaves no connection for what was asked. */
export class RedisConnectionsTooFewError extends DomainError {
  constructor(
    readonly wanted: 'a subscriber' | 'a connection of its own',
    readonly maxConnections: number,
    readonly needed: number,
    options: LimitOptions,
  ) {
    super(
      REDIS_CONNECTIONS_TOO_FEW,
      `Redis has no connection left for ${wanted}: ${poolsOption(options.max)} is ${maxConnections}, ` +
        `set it to at least ${needed} (one is for commands, one for the subscriber, the rest are lent).`,
    );
  }
}
