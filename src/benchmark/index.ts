// What the routes of benchmarks import. Not exported by the package: scenarios are part of it.
export { BENCHMARK_SETTINGS } from './benchmark-settings';
export { BenchmarkModule } from './benchmark.module';
export type { BenchmarkRun } from './benchmark-run';
export { BenchmarkRunner } from './benchmark-runner';
export { cachedReadParameters } from './cached-read/cached-read-parameters';
export { endpointParameters } from './endpoint/endpoint-parameters';
export { phaseAsHgrm, runAsCsv, runAsMarkdown } from './run-export';
export { ScenarioRegistry } from './scenario-registry';
export type { BenchmarkScenario, PhaseFigures } from './scenario';
export { BenchmarkPhaseUnknownError } from './benchmark.errors';
