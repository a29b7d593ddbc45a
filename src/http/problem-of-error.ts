import { HttpException } from '@nestjs/common';
import { DomainError } from '../common/errors/domain-error';
import type { ErrorDefinition } from '../common/errors/error-definition';
import * as http from './http.errors';
import { InvalidRequestError } from './request.errors';
import type { Problem } from './problem';

/** What the client is told of an error: facts made for it, never a message that was written for the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof InvalidRequestError)
    return { definition: error.definition, detail: error.detail, errors: error.problems };
  if (error instanceof DomainError) {
    return { definition: error.definition, detail: error.detail, retryAfterSeconds: error.retryAfterSeconds };
  }
  if (error instanceof HttpException) return ofHttpException(error);
  return { definition: http.INTERNAL };
}

const BY_STATUS: Readonly<Record<number, ErrorDefinition>> = {
  401: http.UNAUTHENTICATED,
  403: http.FORBIDDEN,
  404: http.RESOURCE_UNKNOWN,
  405: http.METHOD_NOT_ALLOWED,
  406: http.NOT_ACCEPTABLE,
  408: http.REQUEST_TIMEOUT,
  409: http.CONFLICT,
  413: http.BODY_TOO_LARGE,
  415: http.CONTENT_TYPE_UNSUPPORTED,
  429: http.RATE_LIMITED,
  503: http.UNAVAILABLE,
};

function ofHttpException(error: HttpException): Problem {
  const status = error.getStatus();
  if (error.cause instanceof URIError) return { definition: http.URI_MALFORMED };
  const bodyProblem = ofBodyParser(error.cause);
  if (bodyProblem) return bodyProblem;
  if (status >= 500 && status !== 503) return { definition: http.INTERNAL, status };
  const definition = BY_STATUS[status] ?? http.REQUEST_REFUSED;
  return status === 503 ? { definition } : { definition, status, detail: error.message };
}

/** What body-parser adds to its errors. Its messages quote the body, so only these facts are taken from them. */
interface BodyParserError {
  readonly type?: string;
  readonly status: number;
  readonly expose: boolean;
  readonly message: string;
  readonly limit?: number;
}

function ofBodyParser(cause: unknown): Problem | undefined {
  if (!isBodyParserError(cause)) return undefined;
  switch (cause.type) {
    case 'entity.too.large':
      return { definition: http.BODY_TOO_LARGE, detail: `At most ${cause.limit} bytes are taken.` };
    case 'parameters.too.many':
      return { definition: http.BODY_TOO_LARGE, detail: 'The body has too many fields.' };
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return { definition: http.CONTENT_TYPE_UNSUPPORTED };
    case 'entity.parse.failed':
      return { definition: http.BODY_MALFORMED, detail: `The body is not valid JSON${positionIn(cause.message)}.` };
    case 'request.aborted':
    case 'request.size.invalid':
      return { definition: http.BODY_MALFORMED, detail: 'The body ended before its declared length.' };
    default:
      return cause.status === 400 ? { definition: http.BODY_MALFORMED } : undefined;
  }
}

function isBodyParserError(cause: unknown): cause is BodyParserError {
  return typeof cause === 'object' && cause !== null && 'status' in cause && 'expose' in cause;
}

function positionIn(message: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  return position === undefined ? '' : ` (at position ${position})`;
}
