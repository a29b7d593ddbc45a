import { DomainError } from '../common/errors/domain-error';
import { CONTENT_TYPE_UNSUPPORTED, VALIDATION_FAILED } from './http.errors';
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
