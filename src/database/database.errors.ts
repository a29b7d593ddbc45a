import { DomainError } from '../common/errors/domain-error';

/** Asked for the database while the service was ending. */
export class DatabaseStoppedError extends DomainError {
  readonly code = 'DATABASE_STOPPED';

  constructor() {
    super('The database was asked for while the service was shutting down.');
  }
}
