import type { ErrorCode } from './error-codes';

/**
 * What every error of ours is: a stable code, a message for the developer who reads the log, the facts as fields.
 * The message stays inside; only `detail` is shown to whoever made the HTTP request.
 */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** One sentence a client may read: no host, path, SQL or secret. */
  get detail(): string | undefined {
    return undefined;
  }

  /** After how many seconds trying again makes sense; sent as `Retry-After`. */
  get retryAfterSeconds(): number | undefined {
    return undefined;
  }
}
