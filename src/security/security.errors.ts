import { DomainError } from '../common/errors/domain-error';
import { defineError, type ErrorDefinition } from '../common/errors/error-definition';
import { FORBIDDEN, RATE_LIMITED, UNAUTHENTICATED } from '../http/http.errors';

/** A request without a token, or with one that is not one of ours. */
export class UnauthenticatedError extends DomainError {
  constructor(readonly reason: 'missing' | 'invalid' | 'expired') {
    super(UNAUTHENTICATED, `the token is ${reason}`);
  }
  override get detail(): string {
    if (this.reason === 'expired') return 'The token has expired.';
    return this.reason === 'missing' ? 'The request has no token.' : 'The token is not one of this service.';
  }
}

/** A read token on a route that changes something. */
export class ForbiddenError extends DomainError {
  constructor() {
    super(FORBIDDEN, 'a read token was used on an admin route');
  }
  override get detail(): string {
    return 'This route needs a token of scope admin.';
  }
}

const CROSS_SITE = defineError('CROSS_SITE', {
  status: 403,
  title: 'A page of another site may not use the credentials that the browser keeps',
  remedy: 'Ask from a page of the same origin, or send Authorization: Bearer with a token.',
});

/** A browser added Basic credentials to a request that a page of another site makes. */
export class CrossSiteError extends DomainError {
  constructor() {
    super(CROSS_SITE, 'a cross-site request came with Basic credentials');
  }
}

/** More than fits in a minute. */
export abstract class LimitExceededError extends DomainError {
  constructor(
    definition: ErrorDefinition,
    readonly limit: number,
    private readonly resetSeconds: number,
  ) {
    super(definition, `the limit of ${limit} per minute is used up for ${resetSeconds} s`);
  }
  override get detail(): string {
    return `At most ${this.limit} per minute; try again in ${this.resetSeconds} s.`;
  }
  override get retryAfterSeconds(): number {
    return this.resetSeconds;
  }
}

/** Too many requests within a minute. */
export class RequestLimitError extends LimitExceededError {
  constructor(limit: number, resetSeconds: number) {
    super(RATE_LIMITED, limit, resetSeconds);
  }
}

const LOGIN_LIMITED = defineError('LOGIN_LIMITED', {
  status: 429,
  title: 'Too many failed logins from this address',
  remedy: 'Wait as long as Retry-After says, then send a valid token.',
});

/** Too many failed logins within a minute. */
export class LoginLimitError extends LimitExceededError {
  constructor(limit: number, resetSeconds: number) {
    super(LOGIN_LIMITED, limit, resetSeconds);
  }
}

const TOKENS_REQUIRED = defineError('TOKENS_REQUIRED', {
  status: 500,
  title: 'No token is configured',
  remedy: 'Set API_TOKENS; only outside production one is generated.',
});

/** Production never runs on a generated token: there is nobody at the terminal to read it. */
export class TokensRequiredError extends DomainError {
  constructor() {
    super(
      TOKENS_REQUIRED,
      'API_TOKENS is not set: in production the service does not start without it. ' +
        'Set it to read:TOKEN,admin:TOKEN with tokens of at least 16 characters, e.g. from: openssl rand -hex 24',
    );
  }
}

const TOKEN_FILE_UNUSABLE = defineError('TOKEN_FILE_UNUSABLE', {
  status: 500,
  title: 'The file of the generated token cannot be used',
  remedy: 'Make DATA_DIR/token readable and writable for the service, remove it to get a new one, or set API_TOKENS.',
});

/** The file of the generated token cannot be used. */
export class TokenFileError extends DomainError {
  constructor(
    readonly path: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(
      TOKEN_FILE_UNUSABLE,
      `The token file ${path} ${problem}. Make it usable, remove it to get a new token, or set API_TOKENS.`,
      options,
    );
  }
}

const TOKENS_FILE_UNUSABLE = defineError('TOKENS_FILE_UNUSABLE', {
  status: 500,
  title: 'The file of tokens cannot be used',
  remedy:
    'Make the file readable, with a line for each token: name, read or admin, token or sha256:HASH, when it expires.',
});

/** The file of tokens cannot be read, or holds what is no token. */
export class TokensFileError extends DomainError {
  constructor(path: string, cause: unknown) {
    super(TOKENS_FILE_UNUSABLE, `The file of tokens ${path} cannot be used: ${(cause as Error).message}.`, { cause });
  }
}

const JWT_PACKAGE_MISSING = defineError('JWT_PACKAGE_MISSING', {
  status: 500,
  title: 'JSON Web Tokens need a package that is not installed',
  remedy: 'Install jose: npm install jose',
});

/** JSON Web Tokens are configured and `jose` is not installed. */
export class JwtPackageError extends DomainError {
  constructor(cause: unknown) {
    super(JWT_PACKAGE_MISSING, 'JSON Web Tokens need the package jose: npm install jose', { cause });
  }
}

const JWKS_UNAVAILABLE = defineError('JWKS_UNAVAILABLE', {
  status: 503,
  title: 'The keys that tokens are checked with cannot be had',
  remedy: 'Try again in a few seconds; look in the log whether the issuer of the tokens answers.',
});

/** The issuer's keys cannot be had: nothing is known about the token. */
export class JwksUnavailableError extends DomainError {
  constructor(cause: unknown) {
    super(JWKS_UNAVAILABLE, `the keys for JWTs cannot be had: ${String(cause)}`, { cause });
  }
}
