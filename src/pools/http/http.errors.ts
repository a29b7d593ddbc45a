import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';
import { messageOf } from '../pools.errors';
import { poolsOption } from '../pools-option';

/** The method and the origin of a request; paths and queries may hold secrets and are left out. */
export interface HttpTargetFacts {
  readonly pool: string;
  readonly method: string;
  readonly origin: string;
}

const requestLine = ({ method, origin }: HttpTargetFacts) => `${method} ${origin}`;

const HTTP_TIMEOUT = defineError('HTTP_TIMEOUT', {
  status: 504,
  title: 'An upstream did not answer in time',
  remedy: 'Try again; if it lasts, see GET /performance/pools/http or raise totalTimeoutMs.',
});

/**
 * The time for the whole request is over, retries included, or the server has sent nothing of a body for too long;
 * whether the upstream acted on it is unknown.
 */
export class HttpTimeoutError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    readonly timeoutMs: number,
    /** Which of the times it may take is over. */
    readonly option: 'totalTimeoutMs' | 'stallTimeoutMs' = 'totalTimeoutMs',
  ) {
    super(HTTP_TIMEOUT, `${requestLine(target)} ${TOO_SLOW[option]} than the ${timeoutMs} ms it may (${option}).`);
  }
  override get detail() {
    return 'An upstream service did not answer in time.';
  }
}

const HTTP_CONNECT_FAILED = defineError('HTTP_CONNECT_FAILED', {
  status: 502,
  title: 'An upstream cannot be reached',
  remedy:
    'See GET /performance/pools/http for the state of each server, and whether ' +
    'PoolsModule.forRoot({ http: { upstreams } }) is right.',
});

const TOO_SLOW = { totalTimeoutMs: 'took longer', stallTimeoutMs: 'sent nothing of its body for longer' };

/** No connection could be made: the request was not sent. */
export class HttpConnectError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    cause: unknown,
  ) {
    super(HTTP_CONNECT_FAILED, `${requestLine(target)}: no connection could be made: ${messageOf(cause)}`, { cause });
  }
  override get detail() {
    return 'An upstream service cannot be reached.';
  }
}

const HTTP_EXCHANGE_FAILED = defineError('HTTP_EXCHANGE_FAILED', {
  status: 502,
  title: 'The connection to an upstream failed before the whole answer came',
  remedy: 'Try again if the request may be repeated; else find out first whether the upstream acted on it.',
});

/** The connection failed after the request was sent: the upstream may or may not have acted on it. */
export class HttpExchangeError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    cause: unknown,
  ) {
    super(
      HTTP_EXCHANGE_FAILED,
      `${requestLine(target)} was sent, and the connection failed before the whole answer came: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
  override get detail() {
    return 'An upstream service failed while answering.';
  }
}

const HTTP_RESPONSE_TOO_LARGE = defineError('HTTP_RESPONSE_TOO_LARGE', {
  status: 502,
  title: 'An upstream answered with more than is allowed',
  remedy: 'Ask for less, or raise maxResponseBytes of this request.',
});

/** The answer has more bytes than the caller takes; the rest of it was not read. */
export class HttpResponseTooLargeError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    readonly maxResponseBytes: number,
  ) {
    super(
      HTTP_RESPONSE_TOO_LARGE,
      `${requestLine(target)} answered with more than the ${maxResponseBytes} bytes allowed (maxResponseBytes).`,
    );
  }
}

const HTTP_DECODING_FAILED = defineError('HTTP_DECODING_FAILED', {
  status: 502,
  title: 'The body of an answer cannot be decoded',
  remedy: 'The upstream sends what is not encoded as its content-encoding says; `decompress: false` gives it as it is.',
});

/** The body is not what its `content-encoding` says, or only a part of that. */
export class HttpDecodingError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    encoding: string,
    cause: unknown,
  ) {
    const what = `a body that cannot be decoded as ${encoding.slice(0, 100)}`;
    super(HTTP_DECODING_FAILED, `${requestLine(target)} was answered with ${what}: ${messageOf(cause)}`, { cause });
  }
  override get detail() {
    return 'An upstream service sent an answer that cannot be decoded.';
  }
}

const HTTP_RESPONSE_UNREAD = defineError('HTTP_RESPONSE_UNREAD', {
  status: 500,
  title: 'The body of an answer was not read',
  remedy: 'Read the body of a streamed answer to its end, or destroy it; or raise its stallTimeoutMs.',
});

/** Nobody read the body of a streamed answer, so it was ended: it keeps a connection. */
export class HttpResponseUnreadError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    readonly stallTimeoutMs: number,
  ) {
    super(
      HTTP_RESPONSE_UNREAD,
      `The answer to ${requestLine(target)} was ended, since nobody had read its body for ${stallTimeoutMs} ms ` +
        '(stallTimeoutMs). Read it to its end, or destroy it.',
    );
  }
}

const HTTP_REDIRECT_FAILED = defineError('HTTP_REDIRECT_FAILED', {
  status: 502,
  title: 'A redirect cannot be followed',
  remedy: 'The message says why; without maxRedirects the answer with the redirect is returned.',
});

/** An upstream redirects in a way that is not followed. */
export class HttpRedirectError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    why: string,
    cause?: unknown,
  ) {
    super(HTTP_REDIRECT_FAILED, `${requestLine(target)} was redirected, which is not followed: ${why}.`, { cause });
  }
  override get detail() {
    return 'An upstream service redirects in a way that is not followed.';
  }
}

const HTTP_TARGET_INVALID = defineError('HTTP_TARGET_INVALID', {
  status: 500,
  title: 'A request names no upstream and is no URL',
  remedy:
    'Write "name:/path" with a name from PoolsModule.forRoot({ http: { upstreams } }), or an absolute http(s) URL.',
});

/** The URL names no upstream and is no http(s) URL, or it has credentials. */
export class HttpTargetInvalidError extends DomainError {
  constructor(
    readonly pool: string,
    what: string,
  ) {
    super(
      HTTP_TARGET_INVALID,
      `${what}: write "name:/path" with a name from ${poolsOption('http.upstreams')}, or an absolute http(s) URL.`,
    );
  }
}

const HTTP_REQUEST_INVALID = defineError('HTTP_REQUEST_INVALID', {
  status: 500,
  title: 'A request to an upstream cannot be sent as it is',
  remedy: 'Correct the path, header or option the message names.',
});

/** The request cannot be sent to any server: a malformed path, header or option. */
export class HttpRequestInvalidError extends DomainError {
  constructor(
    readonly target: HttpTargetFacts,
    cause: unknown,
  ) {
    super(HTTP_REQUEST_INVALID, `${requestLine(target)} was not sent: ${messageOf(cause)}`, { cause });
  }
}
