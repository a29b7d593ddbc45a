import { DomainError } from '../common/errors/domain-error';
import { defineError } from '../common/errors/error-definition';

const SHARED_STATE_UNAVAILABLE = defineError('SHARED_STATE_UNAVAILABLE', {
  status: 503,
  title: 'The change would be made in this copy only',
  remedy: 'Send it again when PostgreSQL can be reached, where it is kept for all copies; nothing was stored.',
});

/** What is changed over HTTP holds for all copies, or for none. */
export class SharedStateUnavailableError extends DomainError {
  constructor(options?: ErrorOptions) {
    super(SHARED_STATE_UNAVAILABLE, 'A change could not be stored for all copies.', options);
  }

  override get detail(): string {
    return 'PostgreSQL, through which the other copies would get it, cannot be reached: it would hold in this copy only.';
  }
}
