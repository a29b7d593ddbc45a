import { DomainError } from '../../../common/errors/domain-error';
import { defineError } from '../../../common/errors/error-definition';
import { poolsOption } from '../../pools-option';

const POSTGRES_EMBEDDED_UNAVAILABLE = defineError('POSTGRES_EMBEDDED_UNAVAILABLE', {
  status: 503,
  title: 'The embedded PostgreSQL cannot run on this machine',
  remedy: 'Set PoolsModule.forRoot({ postgres: { url } }) to a server of your own.',
});

/** There are no binaries for this machine, or they cannot run here. The remedy is to use another server. */
export class EmbeddedPostgresUnavailableError extends DomainError {
  constructor(reason: string, options?: ErrorOptions) {
    super(
      POSTGRES_EMBEDDED_UNAVAILABLE,
      `The embedded PostgreSQL cannot run here: ${reason}. Set ${poolsOption('postgres.url')} to a server of your own.`,
      options,
    );
  }
}

const POSTGRES_EMBEDDED_IN_USE = defineError('POSTGRES_EMBEDDED_IN_USE', {
  status: 503,
  title: 'The data folder of the embedded PostgreSQL is used by another process',
  remedy:
    'Stop the other process, or give each copy a data folder of its own ' +
    '(PoolsModule.forRoot({ postgres: { embeddedDataDir } })), or one server to both ' +
    '(PoolsModule.forRoot({ postgres: { url } })).',
});

/** Another live process uses the same data folder. */
export class EmbeddedPostgresInUseError extends DomainError {
  constructor(
    readonly folder: string,
    readonly ownerPid: number | undefined,
  ) {
    super(
      POSTGRES_EMBEDDED_IN_USE,
      `The embedded PostgreSQL in ${folder} is already used by ${ownerPid === undefined ? 'another process' : `process ${ownerPid}`}. ` +
        `Stop that one, or give this copy a folder of its own with ${poolsOption('postgres.embeddedDataDir')}, ` +
        `or one server to both with ${poolsOption('postgres.url')}.`,
    );
  }
}

const POSTGRES_EMBEDDED_START_FAILED = defineError('POSTGRES_EMBEDDED_START_FAILED', {
  status: 503,
  title: 'The embedded PostgreSQL did not start',
  remedy: 'The log quotes what it said; repair that, or set PoolsModule.forRoot({ postgres: { url } }).',
});

/** initdb or the server failed; the end of its output is in the message. */
export class EmbeddedPostgresStartError extends DomainError {
  constructor(
    what: string,
    readonly output: string,
    options?: ErrorOptions,
  ) {
    super(
      POSTGRES_EMBEDDED_START_FAILED,
      `${what}${output === '' ? '' : `\nIt said:\n${output}`}\nRepair the cause, or set ${poolsOption('postgres.url')} to a server of your own.`,
      options,
    );
  }
}
