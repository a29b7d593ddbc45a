import { DomainError } from '../../common/errors/domain-error';
import { messageOf } from '../pools.errors';

/** What was asked of which origin; paths and queries stay out, they may hold secrets. */
export interface HttpTargetFacts {
  readonly pool: string;
  readonly method: string;
  readonly origin: string;
}

const named = ({ method, origin }: HttpTargetFacts) => `${method} ${origin}`;

/** The time for the whole request is over, retries included; whether the upstream acted on it is unknown. */
export class HttpTimeoutError extends DomainError {
  readonly code = 'HTTP_TIMEOUT';
  constructor(
    readonly target: HttpTargetFacts,
    readonly totalTimeoutMs: number,
  ) {
    super(`${named(target)} took longer than the ${totalTimeoutMs} ms it may (totalTimeoutMs).`);
  }
  override get detail() {
    return 'An upstream service did not answer in time.';
  }
}

/** No connection could be made: the request was not sent. */
export class HttpConnectError extends DomainError {
  readonly code = 'HTTP_CONNECT_FAILED';
  constructor(
    readonly target: HttpTargetFacts,
    cause: unknown,
  ) {
    super(`${named(target)}: no connection could be made: ${messageOf(cause)}`, { cause });
  }
  override get detail() {
    return 'An upstream service cannot be reached.';
  }
}

/** The connection failed after the request was sent: the upstream may or may not have acted on it. */
export class HttpExchangeError extends DomainError {
  readonly code = 'HTTP_EXCHANGE_FAILED';
  constructor(
    readonly target: HttpTargetFacts,
    cause: unknown,
  ) {
    super(`${named(target)} was sent, and the connection failed before the whole answer came: ${messageOf(cause)}`, {
      cause,
    });
  }
  override get detail() {
    return 'An upstream service failed while answering.';
  }
}

/** The answer has more bytes than the caller takes; the rest of it was not read. */
export class HttpResponseTooLargeError extends DomainError {
  readonly code = 'HTTP_RESPONSE_TOO_LARGE';
  constructor(
    readonly target: HttpTargetFacts,
    readonly maxResponseBytes: number,
  ) {
    super(`${named(target)} answered with more than the ${maxResponseBytes} bytes allowed (maxResponseBytes).`);
  }
}

/** The URL names no upstream and is no http(s) URL, or it has credentials. */
export class HttpTargetInvalidError extends DomainError {
  readonly code = 'HTTP_TARGET_INVALID';
  constructor(
    readonly pool: string,
    what: string,
  ) {
    super(`${what}: write "name:/path" with a name from HTTP_UPSTREAMS, or an absolute http(s) URL.`);
  }
}

/** The request cannot be sent to anybody: a malformed path, header or option. */
export class HttpRequestInvalidError extends DomainError {
  readonly code = 'HTTP_REQUEST_INVALID';
  constructor(
    readonly target: HttpTargetFacts,
    cause: unknown,
  ) {
    super(`${named(target)} was not sent: ${messageOf(cause)}`, { cause });
  }
}
