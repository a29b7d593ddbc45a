import { DomainError } from '../common/errors/domain-error';
import type { ErrorCode } from '../common/errors/error-codes';

/** Nobody, or somebody with a token that is not one of ours. */
export class UnauthenticatedError extends DomainError {
  readonly code: ErrorCode = 'UNAUTHENTICATED';
  constructor(readonly reason: 'missing' | 'invalid') {
    super(`the token is ${reason}`);
  }
  override get detail(): string {
    return this.reason === 'missing' ? 'The request has no token.' : 'The token is not one of this service.';
  }
}

/** A read token on a route that changes something. */
export class ForbiddenError extends DomainError {
  readonly code: ErrorCode = 'FORBIDDEN';
  constructor() {
    super('a read token was used on an admin route');
  }
  override get detail(): string {
    return 'This route needs a token of scope admin.';
  }
}

/** Too many requests, or failed logins, within a minute. */
export class LimitExceededError extends DomainError {
  constructor(
    readonly code: ErrorCode,
    readonly limit: number,
    private readonly resetSeconds: number,
  ) {
    super(`the limit of ${limit} per minute is used up for ${resetSeconds} s`);
  }
  override get detail(): string {
    return `At most ${this.limit} per minute; try again in ${this.resetSeconds} s.`;
  }
  override get retryAfterSeconds(): number {
    return this.resetSeconds;
  }
}

/** Production never runs on a generated token: nobody there could have read it. */
export class TokensRequiredError extends DomainError {
  readonly code: ErrorCode = 'TOKENS_REQUIRED';
  constructor() {
    super(
      'API_TOKENS is not set: in production the service does not start without it. ' +
        'Set it to read:TOKEN,admin:TOKEN with tokens of at least 16 characters, e.g. from: openssl rand -hex 24',
    );
  }
}

/** The file of the generated token cannot be used. */
export class TokenFileError extends DomainError {
  readonly code: ErrorCode = 'TOKEN_FILE_UNUSABLE';
  constructor(
    readonly path: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(
      `The token file ${path} ${problem}. Make it usable, remove it to get a new token, or set API_TOKENS.`,
      options,
    );
  }
}
