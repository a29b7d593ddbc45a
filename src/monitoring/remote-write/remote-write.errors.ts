import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';

const SNAPPY_MISSING = defineError('SNAPPY_MISSING', {
  status: 501,
  title: 'Remote write needs a package that is not installed',
  remedy: 'Install snappy: npm install snappy',
});

/** Remote write is used and `snappy` is not installed. */
export class SnappyMissingError extends DomainError {
  constructor(cause: unknown) {
    super(SNAPPY_MISSING, 'Remote write needs the package snappy: npm install snappy', { cause });
  }
  override get detail(): string {
    return this.message;
  }
}

const REMOTE_WRITE_INVALID = defineError('REMOTE_WRITE_INVALID', {
  status: 400,
  title: 'Samples of a remote write were not taken',
  remedy: 'See the detail for the first of them; what could be taken was. Sending the same again will not help.',
});

/** A body that cannot be read, or samples in it that cannot be kept: senders must not try again. */
export class RemoteWriteInvalidError extends DomainError {
  constructor(problem: string, options?: ErrorOptions) {
    super(REMOTE_WRITE_INVALID, problem, options);
  }
  override get detail(): string {
    return this.message;
  }
}

const REMOTE_WRITE_FAILED = defineError('REMOTE_WRITE_FAILED', {
  status: 503,
  title: 'Samples could not be sent to the remote-write endpoint',
  remedy:
    "See the log for its answer; check the URL and the token, and that the endpoint's remote-write receiver is on.",
});

/** The other side of a remote write did not answer, or not as it should; it is tried again. */
export class RemoteWriteFailedError extends DomainError {
  constructor(problem: string, options?: ErrorOptions) {
    super(REMOTE_WRITE_FAILED, problem, options);
  }
}
