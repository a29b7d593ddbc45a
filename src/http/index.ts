// What a room with routes imports of HTTP. Not exported by the package: `performance-gateway/performance` passes on what
// another application needs.
export { type Access, type Principal, RouteAccess } from './access.decorator';
export { withHttpDefaults } from './controller-defaults';
export { BODY_MALFORMED, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED } from './http.errors';
export { configureHttp, type HttpOptions } from './http-setup';
export { acceptsGzip, type Offer, preferredOffer } from './media-type';
export { InvalidRequestError } from './request.errors';
