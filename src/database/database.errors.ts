import { DomainError } from '../common/errors/domain-error';
import { defineError } from '../common/errors/error-definition';

const DATABASE_STOPPED = defineError('DATABASE_STOPPED', {
  status: 503,
  title: 'The service is shutting down',
  remedy: 'Ask another copy, or again when this one is back.',
});

/** The database was needed while the service was shutting down. */
export class DatabaseStoppedError extends DomainError {
  constructor() {
    super(DATABASE_STOPPED, 'The database was asked for while the service was shutting down.');
  }
}
