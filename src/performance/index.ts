// What another application imports as `performance-gateway/performance`.
import './packages';
export { DomainError } from '../common/errors/domain-error';
export { defineError, type ErrorDefinition } from '../common/errors/error-definition';
export { type Access, configureHttp, type HttpOptions, type Principal, RouteAccess } from '../http';
export {
  atLeast,
  type BenchmarkResult,
  BenchmarkScenario,
  type InterimFigures,
  type PhaseFigures,
  type ScenarioContext,
  type ScenarioOutcome,
} from '../benchmark';
export { PerformanceModule, type PerformanceModuleExtras, type PerformanceOptions } from './performance.module';
