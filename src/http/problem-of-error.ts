import { HttpException } from '@nestjs/common';
import { DomainError } from '../common/errors/domain-error';
import type { ErrorCode } from '../common/errors/error-codes';
import { InvalidRequestError } from './request.errors';
import type { Problem } from './problem';

/** What the client is told of an error: facts made for it, never a message that was written for the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof InvalidRequestError) return { code: error.code, detail: error.detail, errors: error.problems };
  if (error instanceof DomainError) {
    return { code: error.code, detail: error.detail, retryAfterSeconds: error.retryAfterSeconds };
  }
  if (error instanceof HttpException) return ofHttpException(error);
  return { code: 'INTERNAL' };
}

const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'RESOURCE_UNKNOWN',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'BODY_TOO_LARGE',
  415: 'CONTENT_TYPE_UNSUPPORTED',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

function ofHttpException(error: HttpException): Problem {
  const status = error.getStatus();
  if (error.cause instanceof URIError) return { code: 'URI_MALFORMED' };
  const bodyProblem = ofBodyParser(error.cause);
  if (bodyProblem) return bodyProblem;
  if (status >= 500 && status !== 503) return { code: 'INTERNAL', status };
  const code = CODES_BY_STATUS[status] ?? 'REQUEST_REFUSED';
  return status === 503 ? { code } : { code, status, detail: error.message };
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
      return { code: 'BODY_TOO_LARGE', detail: `At most ${cause.limit} bytes are taken.` };
    case 'parameters.too.many':
      return { code: 'BODY_TOO_LARGE', detail: 'The body has too many fields.' };
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return { code: 'CONTENT_TYPE_UNSUPPORTED' };
    case 'entity.parse.failed':
      return { code: 'BODY_MALFORMED', detail: `The body is not valid JSON${positionIn(cause.message)}.` };
    case 'request.aborted':
    case 'request.size.invalid':
      return { code: 'BODY_MALFORMED', detail: 'The body ended before its declared length.' };
    default:
      return cause.status === 400 ? { code: 'BODY_MALFORMED' } : undefined;
  }
}

function isBodyParserError(cause: unknown): cause is BodyParserError {
  return typeof cause === 'object' && cause !== null && 'status' in cause && 'expose' in cause;
}

function positionIn(message: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  return position === undefined ? '' : ` (at position ${position})`;
}
