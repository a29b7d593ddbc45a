import { HttpException } from '@nestjs/common';
import type { ErrorDefinition } from './error-definition';

/**
 * What every error of ours is: a definition with a stable code, a message for the developer who reads the log, the
 * facts as fields. The message stays inside; a client over HTTP is only shown `detail`. It is an exception of Nest, so
 * that it has its status in every application, also in filters that know only those.
 */
export abstract class DomainError extends HttpException {
  readonly code: string;
  readonly #definition: ErrorDefinition;

  constructor(definition: ErrorDefinition, message: string, options?: ErrorOptions) {
    super(definition.title, definition.status, options);
    this.message = message;
    this.name = new.target.name;
    this.code = definition.code;
    this.#definition = definition;
    // Anew, since the stack begins with the message that there was when it was taken.
    Error.captureStackTrace(this, new.target);
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

  /** What a filter of another application answers with. */
  override getResponse(): { statusCode: number; code: string; message: string } {
    const { code, status, title } = this.#definition;
    return { statusCode: status, code, message: this.detail ?? `${title}.` };
  }
}
