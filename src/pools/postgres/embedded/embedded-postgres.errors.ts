import { DomainError } from '../../../common/errors/domain-error';

/** No binaries for this machine, or none that can run here. The remedy is a server of one's own. */
export class EmbeddedPostgresUnavailableError extends DomainError {
  readonly code = 'POSTGRES_EMBEDDED_UNAVAILABLE';

  constructor(reason: string, options?: ErrorOptions) {
    super(`The embedded PostgreSQL cannot run here: ${reason}. Set POSTGRES_URL to a server of your own.`, options);
  }
}

/** Another live process uses the same data folder. */
export class EmbeddedPostgresInUseError extends DomainError {
  readonly code = 'POSTGRES_EMBEDDED_IN_USE';

  constructor(
    readonly folder: string,
    readonly ownerPid: number | undefined,
  ) {
    super(
      `The embedded PostgreSQL in ${folder} is already used by ${ownerPid === undefined ? 'another process' : `process ${ownerPid}`}. ` +
        'Stop that one, or give this copy a DATA_DIR of its own (or one POSTGRES_URL to both).',
    );
  }
}

/** initdb or the server itself gave up; the end of what it said is in the message. */
export class EmbeddedPostgresStartError extends DomainError {
  readonly code = 'POSTGRES_EMBEDDED_START_FAILED';

  constructor(
    what: string,
    readonly output: string,
    options?: ErrorOptions,
  ) {
    super(
      `${what}${output === '' ? '' : `\nIt said:\n${output}`}\nRepair the cause, or set POSTGRES_URL to a server of your own.`,
      options,
    );
  }
}
