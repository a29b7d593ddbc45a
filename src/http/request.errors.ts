import { DomainError } from '../common/errors/domain-error';
import { defineError } from '../common/errors/error-definition';
import { CONTENT_TYPE_UNSUPPORTED, REQUEST_REFUSED, VALIDATION_FAILED } from './http.errors';
import type { InputProblem } from './input-problem';

/** The request does not have the shape its route declares. */
export class InvalidRequestError extends DomainError {
  constructor(readonly problems: readonly InputProblem[]) {
    super(
      VALIDATION_FAILED,
      `the request is invalid: ${problems.map(({ in: place, field }) => `${place} ${field}`).join(', ')}`,
    );
  }
  override get detail(): string {
    const count = this.problems.length;
    return count === 1
      ? 'One part of the request is not as declared.'
      : `${count} parts of the request are not as declared.`;
  }
}

/** The body has a media type that its route does not take. */
export class UnsupportedContentTypeError extends DomainError {
  constructor(readonly accepted: readonly string[]) {
    super(CONTENT_TYPE_UNSUPPORTED, `the content type of the body is none of ${accepted.join(', ')}`);
  }
  override get detail(): string {
    return `Send the body as ${this.accepted.join(' or ')}.`;
  }
}

/** The request names two hosts. */
export class TwoHostsError extends DomainError {
  constructor() {
    super(REQUEST_REFUSED, 'the request has two Host headers');
  }
  override get detail(): string {
    return 'The request has two Host headers; send one.';
  }
}

const HOST_UNKNOWN = defineError('HOST_UNKNOWN', {
  status: 421,
  title: 'The request is for another host',
  remedy: 'Use a name that the service may be reached by; in the service of its own, ALLOWED_HOSTS lists them.',
});

/** The request is for a name that is not one of ours. */
export class HostUnknownError extends DomainError {
  constructor(host: string) {
    super(HOST_UNKNOWN, `the host ${JSON.stringify(host.slice(0, 100))} is not allowed`);
  }
}
