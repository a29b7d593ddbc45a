import { DomainError } from '../../common/errors/domain-error';
import type { HttpMethod, HttpRequestOptions } from './http.options';
import type { HttpResponse } from './http-response';
import type { HttpResponseStream } from './http-response-stream';
import type { OutgoingBody } from './outgoing-body';

/** Methods that may be repeated without doing more than once (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<HttpMethod> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Statuses that may be different when the request is sent again, or to another server. */
const TRANSIENT_STATUS = new Set([429, 502, 503, 504]);
/** Nothing was sent, so repeating is safe whatever the method. */
const NOT_SENT = new Set(['HTTP_CONNECT_FAILED', 'POOL_BREAKER_OPEN']);

/** Carries a 429, 502, 503 or 504 to the retries; when no attempt follows, its response is the answer. */
export class TransientResponseError extends Error {
  constructor(readonly response: HttpResponse | HttpResponseStream) {
    super(`answered ${response.status}`);
  }
}

export const isTransient = (status: number): boolean => TRANSIENT_STATUS.has(status);

/** Whether a request may be tried again after `failure`. */
export function isRepeatable(
  failure: unknown,
  { method = 'GET', retry }: Pick<HttpRequestOptions, 'method' | 'retry'>,
  body?: OutgoingBody,
): boolean {
  if (retry === false || body?.hasBegun) return false;
  const safe = retry === true || IDEMPOTENT.has(method);
  if (failure instanceof TransientResponseError) return safe;
  if (!(failure instanceof DomainError)) return false;
  return NOT_SENT.has(failure.code) || (safe && failure.code === 'HTTP_EXCHANGE_FAILED');
}
