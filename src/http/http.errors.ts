import { defineError } from '../common/errors/error-definition';

// The errors that any route can answer with; those of one room stand beside their classes there.

export const BODY_MALFORMED = defineError('BODY_MALFORMED', {
  status: 400,
  title: 'The body cannot be read',
  remedy: 'Send a complete body that is valid for its Content-Type; JSON has to be an object or an array.',
});

export const BODY_TOO_LARGE = defineError('BODY_TOO_LARGE', {
  status: 413,
  title: 'The body is too large',
  remedy: 'Send less at once.',
});

export const CONFLICT = defineError('CONFLICT', {
  status: 409,
  title: 'The request does not fit the present state',
  remedy: 'Read the present state and send a request that fits it.',
});

export const CONTENT_TYPE_UNSUPPORTED = defineError('CONTENT_TYPE_UNSUPPORTED', {
  status: 415,
  title: 'The body has an unsupported type, charset or encoding',
  remedy: 'Send UTF-8 with one of the media types that /docs names for the route.',
});

export const FORBIDDEN = defineError('FORBIDDEN', {
  status: 403,
  title: 'The token may not do this',
  remedy:
    'Use credentials that may change things; in the service of its own, a token of scope admin (API_TOKENS=admin:…).',
});

export const HEADERS_TOO_LARGE = defineError('HEADERS_TOO_LARGE', {
  status: 431,
  title: 'The headers are too large',
  remedy: 'Send fewer or shorter headers; together they may have 16 kB.',
});

export const INTERNAL = defineError('INTERNAL', {
  status: 500,
  title: 'Something failed inside the service',
  remedy: 'Look for the request id in the log of the service.',
});

export const METHOD_NOT_ALLOWED = defineError('METHOD_NOT_ALLOWED', {
  status: 405,
  title: 'The route does not take this method',
  remedy: 'Use one of the methods in the Allow header.',
});

export const NOT_ACCEPTABLE = defineError('NOT_ACCEPTABLE', {
  status: 406,
  title: 'The route has no answer of the accepted types',
  remedy: 'Accept one of the media types that /docs names for the route.',
});

export const RATE_LIMITED = defineError('RATE_LIMITED', {
  status: 429,
  title: 'Too many requests',
  remedy:
    'Wait as long as Retry-After says; RateLimit-Limit tells how many fit in a minute. In the service of its own, RATE_LIMIT_* changes it.',
});

export const REQUEST_REFUSED = defineError('REQUEST_REFUSED', {
  status: 400,
  title: 'The request cannot be answered as it was sent',
  remedy: 'Compare the request with what /docs says of the route.',
});

export const REQUEST_TIMEOUT = defineError('REQUEST_TIMEOUT', {
  status: 408,
  title: 'The request did not arrive in time',
  remedy: 'Send the headers and the body without long pauses.',
});

export const RESOURCE_UNKNOWN = defineError('RESOURCE_UNKNOWN', {
  status: 404,
  title: 'Nothing of this name exists',
  remedy: 'List what exists and use one of those names.',
});

export const ROUTE_UNKNOWN = defineError('ROUTE_UNKNOWN', {
  status: 404,
  title: 'No route has this path',
  remedy: 'See /docs for the routes.',
});

export const UNAUTHENTICATED = defineError('UNAUTHENTICATED', {
  status: 401,
  title: 'A valid token is needed',
  remedy:
    'Send credentials that the application accepts; in the service of its own, Authorization: Bearer with a token of API_TOKENS or the one in DATA_DIR/token.',
});

export const UNAVAILABLE = defineError('UNAVAILABLE', {
  status: 503,
  title: 'The service cannot do this right now',
  remedy: 'Try again after the time in Retry-After, or in a few seconds.',
});

export const URI_MALFORMED = defineError('URI_MALFORMED', {
  status: 400,
  title: 'The path is not a valid URI',
  remedy: 'Percent-encode the path as UTF-8.',
});

export const VALIDATION_FAILED = defineError('VALIDATION_FAILED', {
  status: 400,
  title: 'The request is not as the route declares it',
  remedy: 'Change each part that errors lists.',
});
