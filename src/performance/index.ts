// What another application imports as `performance-gateway/performance`; inside the project files are imported
// themselves.
export { DomainError } from '../common/errors/domain-error';
export { defineError, type ErrorDefinition } from '../common/errors/error-definition';
export { RouteAccess, type Access, type Principal } from '../http/access.decorator';
export { configureHttp, type HttpOptions } from '../http/http-setup';
export { PerformanceModule, type PerformanceModuleExtras, type PerformanceOptions } from './performance.module';
