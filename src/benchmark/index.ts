// What the routes of benchmarks import. The package exports of it what a scenario of an application needs, by
// `performance-gateway/performance`.
export { BENCHMARK_SETTINGS } from './benchmark-settings';
export { BenchmarkModule } from './benchmark.module';
export type { BenchmarkRun } from './benchmark-run';
export { BenchmarkRunner } from './benchmark-runner';
export { compareRuns, type RunComparison } from './run-comparison';
export type { RunEvent } from './run-record';
export { phaseAsHgrm, runAsCsv, runAsMarkdown } from './run-export';
export { ScenarioRegistry } from './scenario-registry';
export {
  atLeast,
  type BenchmarkResult,
  BenchmarkScenario,
  type InterimFigures,
  type PhaseFigures,
  type PhaseSlice,
  type ScenarioContext,
  type ScenarioOutcome,
} from './scenario';
export { BenchmarkPhaseUnknownError, BenchmarkRequirementError } from './benchmark.errors';
