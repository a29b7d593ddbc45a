// What a room with routes imports of HTTP. Not exported by the package: `performance-gateway/performance` passes on what
// another application needs.
export { type Access, type Principal, RouteAccess } from './access.decorator';
export { auditChannel, type AuditedRequest, type AuditEvent, AuditLog } from './audit-log';
export { CredentialsHealth } from './credentials-health';
export { withGuard, withHttpDefaults } from './controller-defaults';
export { readBinaryBody, readTextBody } from './body/read-body';
export { FrameworkSetup, GUARDED_BODIES, markBodies, ReadsBodyItself } from './framework-setup';
export { configureHttp, type HttpOptions } from './http-setup';
export { acceptsGzip, type Offer, mediaTypeOf, preferredOffer, prefersHtml } from './media-type';
export {
  addVary,
  type FrameworkRequest,
  type FrameworkResponse,
  nodeRequest,
  nodeResponse,
  sendJson,
  takeResponse,
} from './node-message';
export { RequestErrorCatcher } from './request-error-catcher';
export { pathOf } from './request-path';
export { ROUTE_GUARDS, RouteGuard, type RouteGuardOption, type RouteGuardOptions } from './route-guard';
export { InvalidRequestError } from './request.errors';
export { listProblems } from './validation-problems';
