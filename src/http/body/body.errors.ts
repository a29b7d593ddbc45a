import { DomainError } from '../../common/errors/domain-error';
import { BODY_MALFORMED, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED } from '../http.errors';

/** The body, unzipped, is larger than its route takes, or has more fields. */
export class BodyTooLargeError extends DomainError {
  constructor(
    readonly limit: number,
    readonly counted: 'bytes' | 'fields',
  ) {
    super(BODY_TOO_LARGE, `the body has more than ${limit} ${counted}`);
  }
  override get detail(): string {
    return `At most ${this.limit} ${this.counted} are taken.`;
  }
}

/** The body ended too early, or is not what its headers say. */
export class BodyUnreadableError extends DomainError {
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(BODY_MALFORMED, `the body cannot be read: ${reason}`, options);
  }
  override get detail(): string {
    return `The body cannot be read: ${this.reason}.`;
  }
}

/** A content encoding or a charset that is not decoded here. */
export class BodyEncodingError extends DomainError {
  constructor(
    readonly header: 'content encoding' | 'charset',
    readonly value: string,
    readonly accepted: readonly string[],
  ) {
    super(CONTENT_TYPE_UNSUPPORTED, `the body has the ${header} "${value}", not one of ${accepted.join(', ')}`);
  }
  override get detail(): string {
    return `The ${this.header} has to be one of ${this.accepted.join(', ')}, or left out.`;
  }
}
