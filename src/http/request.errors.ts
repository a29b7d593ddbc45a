import { DomainError } from '../common/errors/domain-error';
import type { ErrorCode } from '../common/errors/error-codes';
import type { InputProblem } from './input-problem';

/** The request does not have the shape its route declares. */
export class InvalidRequestError extends DomainError {
  readonly code: ErrorCode = 'VALIDATION_FAILED';
  constructor(readonly problems: readonly InputProblem[]) {
    super(`the request is invalid: ${problems.map(({ in: place, field }) => `${place} ${field}`).join(', ')}`);
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
  readonly code: ErrorCode = 'CONTENT_TYPE_UNSUPPORTED';
  constructor(readonly accepted: readonly string[]) {
    super(`the content type of the body is none of ${accepted.join(', ')}`);
  }
  override get detail(): string {
    return `Send the body as ${this.accepted.join(' or ')}.`;
  }
}
