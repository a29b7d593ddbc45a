import type { ErrorDefinition } from './error-definition';

/**
 * What every error of ours is: a definition with a stable code, a message for the developer who reads the log, the
 * facts as fields. The message stays inside; a client over HTTP is only shown `detail`.
 */
export abstract class DomainError extends Error {
  readonly code: string;
  readonly #definition: ErrorDefinition;

  constructor(definition: ErrorDefinition, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = definition.code;
    this.#definition = definition;
  }

  /** Status, title and remedy of every error with this code. */
  get definition(): ErrorDefinition {
    return this.#definition;
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
